// The only script of a page. It holds no data and writes no markup: it shows what is already in the document.
(function () {
  "use strict";
  var root = document.documentElement;
  var panel = document.getElementById("panel");
  var inside = document.getElementById("panel-body");
  var close = document.getElementById("panel-close");
  var opened = null;
  root.classList.add("js");

  function speak(lang, remember) {
    root.setAttribute("data-lang", lang);
    root.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = root.getAttribute("data-title-" + lang);
    document.querySelectorAll("[data-to]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-to") === lang));
    });
    document.querySelectorAll("a.page").forEach(function (link) {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + "#lang=" + lang);
    });
    if (remember) { location.replace("#lang=" + lang); }
  }

  function asked() {
    var found = /(?:^#|&)lang=(zh|en)(?:&|$)/.exec(location.hash);
    return found ? found[1] : null;
  }

  function hide() {
    if (!opened) { return; }
    panel.hidden = true;
    root.classList.remove("with-panel");
    opened.classList.remove("open");
    opened.focus({ preventScroll: true });
    opened = null;
  }

  function show(link) {
    var entry = document.getElementById(link.getAttribute("href").slice(1));
    if (!entry) { return; }
    if (opened) { opened.classList.remove("open"); }
    opened = link;
    link.classList.add("open");
    inside.replaceChildren();
    entry.childNodes.forEach(function (part) { inside.appendChild(part.cloneNode(true)); });
    panel.hidden = false;
    root.classList.add("with-panel");
    inside.scrollTop = 0;
    close.focus();
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : event.target.parentElement;
    var link = target && target.closest("a.fig");
    var button = target && target.closest("[data-to]");
    if (link) { event.preventDefault(); show(link); }
    if (!link && !button && opened && target && !panel.contains(target)) { hide(); }
    if (button) { speak(button.getAttribute("data-to"), true); }
  });
  close.addEventListener("click", hide);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hide(); } });
  window.addEventListener("hashchange", function () { if (asked()) { speak(asked(), false); } });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) {
      one.setAttribute("data-was", one.open ? "open" : "shut");
      one.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details").forEach(function (one) { one.open = one.getAttribute("data-was") === "open"; });
  });
  speak(asked() || root.getAttribute("data-lang"), false);
}());
