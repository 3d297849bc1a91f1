import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  DoughnutController,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";

import type { Colour, Picture } from "./picture";

Chart.register(
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  DoughnutController,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** Draw a picture in the theme's colours; returns how to remove it. */
export function draw(canvas: HTMLCanvasElement, picture: Picture): () => void {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const coloured = (colours: readonly Colour[]): string[] => colours.map(colour);
  const isFlat = picture.series.every(({ values }) => values.every((value) => !value));
  const highest = picture.max ?? (isFlat ? 1 : undefined);
  const isRound = picture.kind === "doughnut";
  const chart = new Chart<"bar" | "line" | "doughnut">(canvas, {
    type: picture.kind,
    data: {
      labels: [...picture.labels],
      datasets: picture.series.map((series) => ({
        label: series.name,
        data: [...series.values],
        backgroundColor: coloured(series.colours),
        borderColor: isRound ? colour("surface") : (coloured(series.colours)[0] ?? ""),
        borderWidth: isRound ? 2 : picture.kind === "line" ? 2 : 0,
        maxBarThickness: 48,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      color: colour("text"),
      font: { family: style.getPropertyValue("--font") },
      plugins: { legend: { display: isRound || picture.series.length > 1, position: "bottom" } },
      scales: isRound
        ? {}
        : {
            x: { ticks: { color: colour("muted") }, grid: { display: false } },
            y: {
              ticks: { color: colour("muted"), precision: 0 },
              grid: { color: colour("line") },
              suggestedMin: picture.min ?? 0,
              ...(highest !== undefined && { suggestedMax: highest }),
            },
          },
    },
  });
  return () => chart.destroy();
}
