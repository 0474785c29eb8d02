// Keys go to the designer as soon as it is there (then the body has a class of that name), without a click into it first.
function focus() {
  if (document.body.classList.contains("-first-byte")) document.querySelector(".xterm-helper-textarea").focus();
}
window.addEventListener("focus", focus);
window.addEventListener("load", () => new MutationObserver(focus).observe(document.body, { attributeFilter: ["class"] }));
