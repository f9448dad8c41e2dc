// A table that is wider than its place scrolls sideways; who uses no mouse can scroll only what can have the focus.
export default function () {
  let asked = 0;
  const look = () => {
    asked = 0;
    for (const table of document.querySelectorAll("[data-testid=stTableStyledTable]")) {
      const place = table.parentElement;
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  const ask = () => { asked ||= requestAnimationFrame(look); };
  const changes = new MutationObserver(ask);
  changes.observe(document.body, { childList: true, subtree: true });
  window.addEventListener("resize", ask);
  ask();
  return () => { changes.disconnect(); window.removeEventListener("resize", ask); };
}
