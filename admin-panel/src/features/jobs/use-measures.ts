import { useMediaQuery } from "@mantine/hooks";

const ROW = 44;
const CARD = 64;

/** On a phone a row becomes a card of two lines. */
export function useRowHeight(): { height: number; card: boolean } {
  const card = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  return { height: card ? CARD : ROW, card };
}
