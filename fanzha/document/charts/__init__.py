"""Pictures drawn as SVG text: where the money went, which reports belong together, what happened when."""
