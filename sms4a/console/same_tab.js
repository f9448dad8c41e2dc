// Links in tables go to a page in the same tab, as the navigation does; Streamlit would open another one.
// A click with a key held or with another button is the browser's own, and so is a link to a file.
export default function ({ data }) {
  if (window.sms4aLinksStay) return;
  window.sms4aLinksStay = true;
  document.addEventListener("click", (click) => {
    const link = click.target.closest?.("a[href][target=_blank]");
    if (!link || click.button || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || !data.pages.includes(to.pathname.split("/").pop())) return;
    click.preventDefault();
    history.pushState({}, "", to);
    window.dispatchEvent(new PopStateEvent("popstate"));
  });
}
