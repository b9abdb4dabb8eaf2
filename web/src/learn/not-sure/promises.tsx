/** Promised from left to right, kept from bottom to top: honest answers lie on the diagonal. */
import { say } from "../../sentences/say";
import { LineChart } from "../chart/line-chart";
import type { Bin } from "./calibration";

const LARGEST = 9; // pixels, the radius of the bin with the most answers
const SMALLEST = 3;

export function Promises({ bins }: { bins: readonly Bin[] }) {
  const most = Math.max(...bins.map(({ count }) => count), 1);
  return (
    <LineChart
      label={say("learn.not-sure.promises.chart")}
      height={300}
      x={{ least: 0, most: 1, name: say("learn.not-sure.promised"), write: inHundredths, ticks: 2 }}
      y={{ least: 0, most: 1, name: say("learn.not-sure.right"), write: inHundredths }}
      lines={[
        {
          key: "honest",
          class: "honest",
          points: [
            [0, 0],
            [1, 1],
          ],
        },
        { key: "measured", points: bins.map(({ promised, right }) => [promised, right]) },
      ]}
    >
      {({ x, y }) =>
        bins.map(({ from, promised, right, count }) => (
          <circle
            key={from}
            class="promise"
            cx={x.position(promised)}
            cy={y.position(right)}
            r={Math.max(LARGEST * Math.sqrt(count / most), SMALLEST)}
          />
        ))
      }
    </LineChart>
  );
}

function inHundredths(fraction: number): string {
  return String(Math.round(100 * fraction));
}
