import { render } from "preact";
import "@preact/signals";
import { routeOf } from "./boards/routes";
import { live } from "./store";
import { view } from "./store/view";
import { applyView } from "./theme";
import "./tokens.css";
import "./base.css";

applyView(view.value, false, document.documentElement);
const board = document.getElementById("board");
const found = routeOf(location.pathname);
if (board && found) {
  live.start();
  document.title = `Lightship: ${found.route.name.toLowerCase()}`;
  found.route.load().then(({ Page }) => render(<Page match={found.match} />, board));
} else if (board) {
  render(
    <main class="waiting">
      <p class="card">
        No board has this address. <a href="/">Open the overview.</a>
      </p>
    </main>,
    board,
  );
}
