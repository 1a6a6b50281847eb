/** What a cell shows and saves: tables, figures, sentences, and where their numbers came from. */
export { type Progress, progress } from "../kernel/progress";
export { type Shown, show } from "../kernel/show";
export { type Artifacts, artifactIndex } from "./artifactIndex";
export { type BarsOptions, bars } from "./bars";
export { type BoxesOptions, type BoxSummary, boxes, boxSummary } from "./boxes";
export {
  causalDiagram,
  type DiagramArrow,
  type DiagramNode,
  type DiagramOptions,
  type NodeKind,
  type SequentialDiagramOptions,
  sequentialDiagram,
} from "./causalDiagram";
export { percent } from "./cellText";
export { type Chapter, chapter, type FigureNote, type TableOptions } from "./chapter";
export type { ColumnChoice } from "./columns";
export { csvText } from "./csv";
export type { Figure, FigureOptions, Layout, Trace } from "./figure";
export { frame } from "./frame";
export { type HandOverPlace, handOver, relationOfRows } from "./handOver";
export { type HeatmapOptions, heatmap } from "./heatmap";
export { type BinOptions, type Bins, binned, type HistogramOptions, histogram } from "./histogram";
export {
  type InterferenceResults,
  interferenceBullets,
  interferenceMarkdown,
  interferenceSummary,
} from "./interferenceSummary";
export { type IntervalsOptions, intervals } from "./intervals";
export { type LinesOptions, lines } from "./lines";
export { type LovePlotOptions, lovePlot } from "./lovePlot";
export { type PanelExplorerOptions, panelExplorer } from "./panelExplorer";
export { type GridOptions, grid, type PanelOptions, sideBySide, stacked } from "./panels";
export { type ParallelProgressOptions, parallelWithProgress, withBar } from "./parallelProgress";
export { closeDrawing } from "./png";
export type { Provenance, ProvenanceEntry } from "./provenance";
export { saveCsv } from "./saveCsv";
export { type ScatterOptions, scatter } from "./scatter";
export { type SlateExplorerOptions, slateExplorer } from "./slateExplorer";
export { type SpecificationPlotOptions, specificationPlot } from "./specificationCurve";
export { type StepHistogramOptions, stepHistogram } from "./stepHistogram";
export type {
  KeyNumber,
  SummaryFigure,
  SummaryPage,
  SummarySection,
  SummaryTable,
} from "./summaryPage";
export { type Table, type TableInput, tableOf } from "./table";
export { type Color, PALETTE } from "./theme";
export { type TornadoOptions, tornado } from "./tornado";
