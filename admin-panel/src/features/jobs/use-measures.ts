import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useState } from "react";

const ROW = 44;
const CARD = 64;

/** On a phone a row becomes a card of two lines. */
export function useRowHeight(): { height: number; card: boolean } {
  const card = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  return { height: card ? CARD : ROW, card };
}

/** How far below the page's top an element begins, followed as what stands above it grows and shrinks. */
export function useTopOffset(): [ref: (node: HTMLElement | null) => (() => void) | undefined, top: number] {
  const [top, setTop] = useState(0);
  const ref = useCallback((node: HTMLElement | null) => {
    if (!node) return undefined;
    const measure = () => setTop(node.getBoundingClientRect().top + window.scrollY);
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, top];
}
