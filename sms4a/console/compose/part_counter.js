// Counts the parts of an SMS text while somebody types; the same rules as sms4a/text.py, held against it by tests.

// 3GPP TS 23.038: the default alphabet without its escape character, then the extension table (two septets each).
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
);
const EXTENSION = new Set("\f^{}\\[~]|€");

// [units of a single part, units of each part of a longer text]
const ROOM = { gsm7: [160, 153], ucs2: [70, 67] };

// The first character that the alphabet does not have; undefined if it has all of them.
export function oddCharacter(text) {
  for (const character of text) {
    if (!BASIC.has(character) && !EXTENSION.has(character)) return character;
  }
  return undefined;
}

// Encoding, units, parts, and the units left in the last part. No character of two units is cut in half.
export function sizeOf(text, encoding) {
  encoding = encoding ?? (oddCharacter(text) === undefined ? "gsm7" : "ucs2");
  const width = encoding === "gsm7" ? (c) => (EXTENSION.has(c) ? 2 : 1) : (c) => c.length;
  let units = 0;
  for (const character of text) units += width(character);
  const [single, room] = ROOM[encoding];
  if (units <= single) return { encoding, units, parts: Math.min(units, 1), left: single - units };
  let parts = 1;
  let used = 0;
  for (const character of text) {
    const needed = width(character);
    if (used + needed > room) {
      parts += 1;
      used = 0;
    }
    used += needed;
  }
  return { encoding, units, parts, left: room - used };
}

// The text with the values of one row in it; values are put in once and never read again.
export function filled(text, values) {
  const key = (name) => name.normalize("NFC").toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean).join(" ");
  const put = (whole, name) => (Object.hasOwn(values, key(name)) ? values[key(name)] : whole);
  return text.normalize("NFC").replace(/\{([^{}\n]+)\}/g, put);
}
