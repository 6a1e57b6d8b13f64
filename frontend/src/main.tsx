import { render } from "preact";
import "@preact/signals";
import { OverviewPage } from "./boards/overview/overview";
import { live } from "./store";
import { view } from "./store/view";
import { applyView } from "./theme";
import "./tokens.css";
import "./base.css";

applyView(view.value, false, document.documentElement);
const board = document.getElementById("board");
if (board) {
  live.start();
  render(<OverviewPage />, board);
}
