/** How often users are active and treated on each day of the calendar. */
import type { Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";

/**
 * One row a day: active_rate, high_intensity_rate, high_watch_exposure_rate, next_day_active_rate. The last day has no
 * next day, and no rate of it.
 */
export function dailyRates(panel: Relation): Promise<Row[]> {
  return panel.engine.rows(
    `SELECT event_date, avg(active_day) AS active_rate, avg(treatment_high_intensity) AS high_intensity_rate,
       avg(treatment_high_watch_exposure) AS high_watch_exposure_rate,
       avg(next_day_active) AS next_day_active_rate
     FROM ${panel.name} GROUP BY event_date ORDER BY event_date`,
  );
}
