import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import "./stage.css";

const WIDTH = 1920;
const HEIGHT = 1080;

export interface Size {
  width: number;
  height: number;
}

/**
 * How large the stage of a wall is and how many times its size it stands: at least 1920 by 1080, as large as the screen
 * allows and never larger, so that nothing scrolls and 3840 by 2160 doubles everything.
 */
export function stageOf(screen: Size): Size & { zoom: number } {
  const zoom = Math.min(screen.width / WIDTH, screen.height / HEIGHT);
  return { zoom, width: screen.width / zoom, height: screen.height / zoom };
}

const screenNow = () => ({ width: window.innerWidth, height: window.innerHeight });

/**
 * The whole screen of a wall; what is in it is drawn for 1920 by 1080. Without `wall` it is nothing but its children,
 * which stay what they are when a desk becomes a wall.
 */
export function Stage({ wall, children }: { wall: boolean; children: ComponentChildren }) {
  const [screen, setScreen] = useState(screenNow);
  useLayoutEffect(() => {
    const resized = () => setScreen(screenNow());
    window.addEventListener("resize", resized);
    return () => window.removeEventListener("resize", resized);
  }, []);
  if (!wall) return <div>{children}</div>;
  const { zoom, width, height } = stageOf(screen);
  return (
    <div class="stage" style={{ zoom: String(zoom), width: `${width}px`, height: `${height}px` }}>
      {children}
    </div>
  );
}
