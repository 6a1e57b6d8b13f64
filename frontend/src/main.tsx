import { render } from "preact";
import "@preact/signals";
import { OverviewPage } from "./boards/overview/overview";
import { live } from "./store";
import { applyTheme } from "./theme";
import "./tokens.css";
import "./base.css";

applyTheme(location.href, document.documentElement);
const board = document.getElementById("board");
if (board) {
  live.start();
  render(<OverviewPage />, board);
}
