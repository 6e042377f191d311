package train

const (
	shardWork    = 1e7 // operations of a shard, at least: some 100 µs
	shardRows    = 128 // rows of a shard, at least: each goes through all weights and gradients
	maxShards    = 32
	shardsMemory = 6e6 // values that the sums of one worker's shards may take
	tapeValues   = 1e6 // values on a tape that stay in the cache
	maxPart      = 256 // rows on a tape at a time, or as many as make fewValues
	fewValues    = 5e4 // values that the calls of operations on them do not outweigh
)

// leastRows returns how many rows a shard has at least, when a row takes perRow
// values on a tape: shardRows, and fewer where a convolution uses its weights
// many times a row.
func leastRows(perRow, parameters int) float64 {
	reuse := 8 * float64(perRow) / float64(parameters)
	return max(8, shardRows/(1+float64(reuse*reuse)))
}

// shardCount returns into how many shards n rows are cut, a power of two: also two of half the rows
// that they should have, for two cores, and two where their sums are large.
func shardCount(n, perRow, parameters int) int {
	rows, work := float64(n), float64(n)*(6*float64(parameters)+20*float64(perRow))
	most := rows / leastRows(perRow, parameters)
	most = min(max(most, min(2*most, 2)), work/shardWork, maxShards)
	shards, sums := 1, 1 // one worker has a sum for each level of the tree
	for float64(2*shards) <= most && (shards == 1 || float64(sums+1)*float64(parameters) <= shardsMemory) {
		shards *= 2
		sums++
	}
	return shards
}

// partRows returns how many of a shard's rows are on a tape at a time, each with
// perRow values: equal parts that take what stays in the cache, or no more than the
// parameters, all of which every part reads once more.
func partRows(rows, perRow, parameters int) int {
	most := max(min(max(tapeValues, parameters)/perRow, max(maxPart, fewValues/perRow)), 1)
	parts := (rows + most - 1) / most
	return (rows + parts - 1) / parts
}
