// Reads texts as JSON, one a line, and says what the counter of the page makes of each.
import { createInterface } from "node:readline";
const { sizeOf } = await import(process.argv[2]);
const out = [];
for await (const line of createInterface({ input: process.stdin })) {
  const { encoding, units, parts, left } = sizeOf(JSON.parse(line));
  out.push(`${encoding} ${units} ${parts} ${left}`);
  if (out.length === 10000) process.stdout.write(out.splice(0).join("\n") + "\n");
}
process.stdout.write(out.map((line) => line + "\n").join(""));
