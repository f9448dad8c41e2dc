// Brings a part of the page into view, once for each turn, if its beginning is not well within what is seen.
const seen = {};
export default function ({ data }) {
  if (!data.asked || seen[data.key] === data.turn) return;
  seen[data.key] = data.turn;
  const target = document.querySelector(`.st-key-${data.key}`);
  const top = target?.getBoundingClientRect().top ?? 0;
  if (0 <= top && top < window.innerHeight * 0.75) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
}
