import { useCallback, useState } from "react";

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
