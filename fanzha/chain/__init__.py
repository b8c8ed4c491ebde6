"""The order of the stages, and the workspace that runs them: the only unit that knows them all."""

from fanzha.chain.backups import Restored, restore_workspace, verify_workspace
from fanzha.chain.recorded import Erased
from fanzha.chain.workspace import Case, Step, Workspace

__all__ = ["Case", "Erased", "Restored", "Step", "Workspace", "restore_workspace", "verify_workspace"]
