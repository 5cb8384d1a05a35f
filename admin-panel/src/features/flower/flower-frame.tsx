import { useComputedColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import classes from "./flower-page.module.css";

import { Loading } from "@/components/states";
import { FLOWER_URL, flowerAddress, isBehindOurDoor, muteDialogues, placeShown } from "@/lib/flower";

export function FlowerFrame({ place }: { place: string | undefined }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [first] = useState(place);
  const [loaded, setLoaded] = useState(false);
  useFlowersTheme();
  const follow = useFollowing(frame, place);
  return (
    <>
      {!loaded && <div className={classes.waiting}><Loading lines={8} /></div>}
      <iframe
        ref={frame}
        title="Flower"
        className={classes.frame}
        src={flowerAddress(first)}
        onLoad={() => {
          setLoaded(true);
          follow();
        }}
      />
      {!isBehindOurDoor && <p className={classes.hint}>An empty frame? Start Flower at {FLOWER_URL} or set VITE_FLOWER_URL.</p>}
    </>
  );
}

/** The page's address says what the frame shows, and the frame shows what the page's address says. */
function useFollowing(frame: React.RefObject<HTMLIFrameElement | null>, place: string | undefined): () => void {
  const navigate = useNavigate();
  const shown = useRef(place);
  useEffect(() => {
    if (place === shown.current) return;
    shown.current = place;
    frame.current?.contentWindow?.location.replace(flowerAddress(place));
  }, [frame, place]);
  return () => {
    const inside = isBehindOurDoor ? frame.current?.contentWindow : undefined;
    if (!inside || inside.location.href === "about:blank") return;
    muteDialogues(inside);
    shown.current = placeShown(inside.location);
    if (shown.current !== place) void navigate({ to: "/monitor", search: { path: shown.current }, replace: true });
  };
}

/** Flower keeps its theme here, and may as well have the panel's. It reads it as a page of its own loads. */
function useFlowersTheme(): void {
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (isBehindOurDoor) localStorage.setItem("flower-theme", scheme);
  }, [scheme]);
}
