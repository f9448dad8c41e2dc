// Brings a part of the page into view once for each turn, if it begins below what is seen: after a click far above it.
const seen = {};
export default function ({ data }) {
  const before = seen[data.key];
  seen[data.key] = data.turn;
  if (before === undefined || before === data.turn) return;
  const target = document.querySelector(`.st-key-${data.key}`);
  if (!target || target.getBoundingClientRect().top < window.innerHeight * 0.75) return;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
}
