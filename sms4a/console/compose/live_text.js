// A field that stores its text after a short pause; a text area also says at every letter what the message costs.
//
// A field stores its text when it loses the focus or at Ctrl+Enter. After a pause this presses Ctrl+Enter, so that the
// one program counts and judges for the page and for what is sent. It listens at the document, because the field may be
// drawn anew, and looks at the field when it starts, because somebody may have typed before it was there. If the page
// is built otherwise one day, nothing is found here and the text is stored when the field is left, as everywhere.
const timers = {};
export default function ({ data, parentElement }) {
  const field = () => document.querySelector(`.st-key-${data.key} :is(textarea, input)`);
  const [line, spoken] = parentElement.querySelectorAll("span");
  const store = () => field()?.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", code: "Enter", keyCode: 13, ctrlKey: true, bubbles: true })
  );
  const wait = () => { clearTimeout(timers[data.key]); timers[data.key] = setTimeout(store, data.pause_ms); };
  const say = () => {
    if (!data.counts) return;
    const text = filled(field()?.value ?? data.stored, data.values);
    const size = sizeOf(text, data.encoding ?? undefined);
    const odd = size.encoding === "ucs2" && !data.encoding ? data.words.odd.replace("{sign}", oddCharacter(text)) : "";
    const parts = data.words.parts[size.parts] ?? data.words.many.replace("{n}", size.parts);
    line.textContent = text ? [parts, data.words.left.replace("{n}", size.left), odd].filter(Boolean).join(" · ") : "";
    // A screen reader is told when the cost changes, not at every letter.
    if (text && spoken.textContent !== parts) spoken.textContent = parts;
  };
  const typed = (event) => { if (event.target === field()) { say(); wait(); } };
  document.addEventListener("input", typed);
  say();
  if (field() && field().value !== data.stored) wait();
  return () => {
    clearTimeout(timers[data.key]);
    document.removeEventListener("input", typed);
  };
}
