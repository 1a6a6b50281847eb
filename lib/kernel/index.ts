export { DISPLAY, jsonBundle, tableBundle, toBundle } from "./bundle";
export {
  breathe,
  type Cell,
  currentCell,
  type DisplayOptions,
  type MimeBundle,
} from "./cell";
export {
  escapeHtml,
  formatCell,
  type TableColumn,
  type TableData,
  type TableLimits,
  tableHtml,
  tableText,
} from "./htmlTable";
export { type Progress, progress } from "./progress";
export { clearOutput, type Shown, show } from "./show";
export { tableOf } from "./tableOf";
