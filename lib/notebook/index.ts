export { type PolicyCode, policyCode } from "./policy-code.js";
export { type ProgressDisplay, progressDisplay } from "./progress-display.js";
export { type SavedDesign, saveDesign } from "./save-design.js";
export { saveTable } from "./save-table.js";
export { type PlotlyFigure, show, showText } from "./show.js";
export { type ShowTableOptions, showTable } from "./show-table.js";
export type { TableInput, TableLike } from "./table.js";
