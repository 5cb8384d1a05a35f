import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot, { type AlignedData, type Options, type Series } from "uplot";

import type { Throughput } from "@/lib/operations";

type ThroughputChartProps = { throughput: Throughput; onHover: (step: number | null) => void };

const clock = (at: number, format: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en", { ...format, hourCycle: "h23" }).format(new Date(at * 1000));

/** A canvas, kept as large as its place. It is decoration: the words around it say the same. */
export default function ThroughputChart({ throughput, onHover }: ThroughputChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data = useRef<AlignedData>(stacked(throughput));
  const scheme = useComputedColorScheme("light");
  const { window, stepSeconds } = throughput;

  useEffect(() => {
    const node = place.current;
    if (!node) return undefined;
    const plot = new uPlot(options(node, { window, stepSeconds }, onHover), data.current, node);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: node.clientWidth, height: node.clientHeight }));
    observer.observe(node);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [scheme, window, stepSeconds, onHover]); // The colours are read when it is drawn.

  useEffect(() => {
    data.current = stacked(throughput);
    chart.current?.setData(data.current);
  }, [throughput]);

  return <div ref={place} style={{ height: "100%" }} />;
}

/** Each series stands on those after it, so that the tallest is drawn first. */
function stacked({ steps, stepSeconds }: Throughput): AlignedData {
  const minutes = stepSeconds / 60;
  return [
    steps.map((step) => step.at.getTime() / 1000),
    steps.map((step) => bar(step.succeeded + step.failed + step.cancelled, minutes)),
    steps.map((step) => bar(step.succeeded + step.failed, minutes)),
    steps.map((step) => bar(step.succeeded, minutes)),
  ];
}

/** Null draws nothing, where a bar of no height would draw a line. */
const bar = (ended: number, minutes: number): number | null => (ended === 0 ? null : ended / minutes);

type Shape = Pick<Throughput, "window" | "stepSeconds">;

function options(node: HTMLElement, { window, stepSeconds }: Shape, onHover: ThroughputChartProps["onHover"]): Options {
  const style = getComputedStyle(node);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 1 });
  const series = (stroke: string, fill: Series["fill"]): Series => ({ stroke, fill, width: 1, paths: bars, points: { show: false } });
  const axis = {
    stroke: colour("--mantine-color-dimmed"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const day = window === "7d";
  return {
    width: node.clientWidth,
    height: node.clientHeight,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    // The last bar reaches beyond the moment at which it begins.
    scales: { x: { range: (_, first, last) => [first, last + stepSeconds] }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 64, values: (_, times) => times.map((at) => clock(at, day ? { weekday: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit" })) },
      { ...axis, size: 40, space: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
    ],
    series: [
      {},
      series(colour("--chart-quiet"), colour("--surface")),
      series(colour("--chart-bad"), (plot) => hatch(plot.ctx, colour("--chart-bad"), colour("--chart-bad-faint"))),
      series(colour("--chart-good"), colour("--chart-good")),
    ],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  };
}

/** Failures are told by their pattern as well as by their colour. */
function hatch(context: CanvasRenderingContext2D, ink: string, ground: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const brush = tile.getContext("2d");
  if (!brush) return ink;
  brush.fillStyle = ground;
  brush.fillRect(0, 0, 6, 6);
  brush.strokeStyle = ink;
  brush.lineWidth = 2;
  for (const shift of [-6, 0, 6]) {
    brush.moveTo(shift, 6);
    brush.lineTo(shift + 6, 0);
  }
  brush.stroke();
  return context.createPattern(tile, "repeat") ?? ink;
}
