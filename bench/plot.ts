import type { Measured } from "./bench.ts";
import { goalOf } from "./goals.ts";
import type { Engine } from "./places.ts";

const ROW = 26;
const LEFT = 130;
const WIDTH = 720;
const GOAL_AT = 330;
const LONGEST = WIDTH - 80;

/**
 * A bar a name, as long as how far it is beyond or short of its goal, which is one line for all of them: what ends right
 * of the line has met its goal.
 */
export function plot({ ratios, figures }: Measured): string {
  const engine = figures["engine"] as Engine;
  const rows = Object.entries(ratios).flatMap(([name, value]) => {
    const goal = goalOf(name, engine);
    return goal === undefined ? [] : [{ name, value, goal }];
  });
  const height = rows.length * ROW + 60;
  const bars = rows.map(({ name, value, goal }, index) => {
    const share = goal.least ? value / goal.value : goal.value / Math.max(value, 1e-9);
    const end = Math.max(LEFT + 2, Math.min(LONGEST, LEFT + share * (GOAL_AT - LEFT)));
    const y = 40 + index * ROW;
    const met = share >= 1;
    return `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end">${name}</text>
<rect x="${LEFT}" y="${y + 3}" width="${(end - LEFT).toFixed(1)}" height="16" fill="${met ? "#2f855a" : "#c05621"}"/>
<text x="${(end + 6).toFixed(1)}" y="${y + 15}">${value} (${goal.least ? "≥" : "≤"} ${goal.value})</text>`;
  });
  const title = `${engine}, ${figures["tickets"]} tickets, ${figures["date"]}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"
font-family="system-ui, sans-serif" font-size="12" fill="#1a202c">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="20" font-weight="600">${title}: right of the line is better than the goal</text>
${bars.join("\n")}
<line x1="${GOAL_AT}" y1="32" x2="${GOAL_AT}" y2="${height - 14}" stroke="#1a202c" stroke-dasharray="4 3"/>
</svg>
`;
}
