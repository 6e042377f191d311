// Package anomaly says which rows are odd: with calibrated p-values, thresholds for a false-positive rate,
// and reasons.
//
// There are two questions. Are new rows like those that are known to be normal (novelty detection)? A
// [Detector] knows:
//
//	detector, err := anomaly.Learn(ctx, flow.Rows(normal), nil)
//	results := detector.Results(rows)             // score, p-value, status of each
//	alarm := results[0].P <= 0.001                // one false alarm in a thousand normal rows
//	found := anomaly.Discoveries(pvalues, 0.05)   // in a batch: one in twenty alarms is false
//	why, err := detector.Explain(row)             // by column, and the nearest likely row
//	drift := detector.Drift(scores)               // of a window of rows
//	columns := detector.ColumnDrifts(window)      // which columns have changed
//
// And which rows of a table are unlike the rest of it, though anomalies are among those that are learned from (outlier detection)?
//
//	scores, err := anomaly.Outliers(ctx, table, nil)
//
// # Scores
//
// The best density is not the best score: rows between others, where they should not be, are seen by a sharp density, rows outside
// by a smooth one, and each is blind to what the other sees. A Detector therefore takes the largest of several views, see there.
//
// # Files
//
// A detector is a required section of a model file, "anomaly.detector": [Detector.Save] writes one by itself, [Detector.Attach] adds
// it to another model. It holds networks, mixtures and scores, and no row.
//
// # Concurrency and determinism
//
// Detectors are not changed by their methods: any number of goroutines may use one. The same data and settings give the
// same bits on any number of cores.
package anomaly
