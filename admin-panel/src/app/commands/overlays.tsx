import { lazy, Suspense, useState } from "react";

import type { Command, Tools } from "./commands";
import type { Overlay } from "./use-commands";

// Their code comes when one of them is first asked for.
const Palette = lazy(() => import("./palette").then(({ Palette }) => ({ default: Palette })));
const HelpSheet = lazy(() => import("./help-sheet").then(({ HelpSheet }) => ({ default: HelpSheet })));

type OverlaysProps = { overlay: Overlay; onClose: () => void; commands: readonly Command[]; tools: Tools };

export function Overlays({ overlay, onClose, commands, tools }: OverlaysProps) {
  const [wanted, setWanted] = useState<readonly Overlay[]>([]);
  if (overlay && !wanted.includes(overlay)) setWanted([...wanted, overlay]);
  return (
    <Suspense>
      {wanted.includes("palette") && <Palette opened={overlay === "palette"} onClose={onClose} commands={commands} tools={tools} />}
      {wanted.includes("help") && <HelpSheet opened={overlay === "help"} onClose={onClose} commands={commands} />}
    </Suspense>
  );
}
