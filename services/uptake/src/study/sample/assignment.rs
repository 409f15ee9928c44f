//! Who is matched with whom: the assignment with the least total distance, and the greedy one beside it.

/// Pairs and what they cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Per row, the columns that were given to it, ascending; fewer than asked where nothing allowed was left.
    pub columns: Vec<Vec<usize>>,
    /// Sum over pairs.
    pub cost: f64,
    /// Number of pairs.
    pub pairs: usize,
}

impl Assignment {
    fn of(mut columns: Vec<Vec<usize>>, costs: &[Vec<f64>]) -> Self {
        for of_row in &mut columns {
            of_row.sort_unstable();
        }
        let all =
            || columns.iter().enumerate().flat_map(|(row, of_row)| of_row.iter().map(move |column| (row, *column)));
        let (cost, pairs) = (all().map(|(row, column)| costs[row][column]).sum(), all().count());
        Self { columns, cost, pairs }
    }
}

/// The most pairs, and among those the least total cost, `each` columns for every row, each column at most once. A cost that is
/// not finite is a forbidden pair. Shortest augmenting paths with potentials (Jonker and Volgenant, Computing 1987; Crouse, IEEE
/// TAES 2016), O(rows² · columns). The same costs give the same pairs.
pub fn optimal(costs: &[Vec<f64>], each: usize) -> Assignment {
    let columns = costs.first().map_or(0, Vec::len);
    let rows = costs.len() * each;
    let largest = costs.iter().flatten().copied().filter(|cost| cost.is_finite()).fold(0.0, f64::max);
    // Dearer than any way of rearranging all the others, so a row stays alone only when there is no way to pair it.
    let alone = (largest + 1.0) * (rows + 1) as f64;
    let scarce = columns < rows || costs.iter().flatten().any(|cost| !cost.is_finite());
    let priced = |of_row: &Vec<f64>| {
        let mut prices: Vec<f64> =
            of_row.iter().map(|cost| if cost.is_finite() { *cost } else { 2.0 * alone }).collect();
        // Behind the real columns stands one for every row that finds nobody.
        prices.resize(if scarce { columns + rows } else { columns }, alone);
        prices
    };
    let prices: Vec<Vec<f64>> = costs.iter().map(priced).collect();
    let mut given = vec![Vec::new(); costs.len()];
    for (row, column) in assign(&prices, each).into_iter().enumerate() {
        if let Some(column) =
            column.filter(|column| costs[row / each].get(*column).is_some_and(|cost| cost.is_finite()))
        {
            given[row / each].push(column);
        }
    }
    Assignment::of(given, costs)
}

/// The column of each row; every row stands `each` times, and there are as many columns as rows at least.
fn assign(prices: &[Vec<f64>], each: usize) -> Vec<Option<usize>> {
    let (rows, width) = (prices.len() * each, prices.first().map_or(0, Vec::len));
    let (mut of_row, mut of_column) = (vec![0.0; rows], vec![0.0; width]);
    let mut column_of: Vec<Option<usize>> = vec![None; rows];
    let mut owner: Vec<Option<usize>> = vec![None; width];
    let mut from = vec![0; width];
    for start in 0..rows {
        let mut shortest = vec![f64::INFINITY; width];
        let mut open: Vec<usize> = (0..width).collect();
        let mut closed = Vec::new();
        let (mut row, mut length) = (start, 0.0);
        // Grows the tree of shortest paths until it meets a column that nobody has.
        while !open.is_empty() {
            let base = length - of_row[row];
            let (mut least, mut next) = (f64::INFINITY, 0);
            for (place, column) in open.iter().copied().enumerate() {
                let through = base + prices[row / each][column] - of_column[column];
                if through < shortest[column] {
                    (shortest[column], from[column]) = (through, row);
                }
                // Among equals one that is free ends the search.
                let reached = shortest[column];
                if reached < least || (reached <= least && owner[column].is_none()) {
                    (least, next) = (reached, place);
                }
            }
            length = least;
            let column = open.swap_remove(next);
            closed.push(column);
            match owner[column] {
                Some(taken) => row = taken,
                None => break,
            }
        }
        of_row[start] += length;
        for column in &closed {
            let gain = length - shortest[*column];
            of_column[*column] -= gain;
            if let Some(taken) = owner[*column] {
                of_row[taken] += gain;
            }
        }
        // Turns the path round: each row on it takes the column that it was reached by.
        let mut end = closed.last().copied();
        while let Some(column) = end {
            let row = from[column];
            owner[column] = Some(row);
            end = column_of[row].replace(column).filter(|_| row != start);
        }
    }
    column_of
}

/// Row by row the nearest column that is left: what is done by hand, shown beside.
pub fn greedy(costs: &[Vec<f64>], each: usize) -> Assignment {
    let columns = costs.first().map_or(0, Vec::len);
    let mut taken = vec![false; columns];
    let mut given = vec![Vec::new(); costs.len()];
    for _ in 0..each {
        for (row, of_row) in costs.iter().enumerate() {
            let free = (0..columns).filter(|column| !taken[*column] && of_row[*column].is_finite());
            if let Some(column) = free.min_by(|a, b| of_row[*a].total_cmp(&of_row[*b])) {
                taken[column] = true;
                given[row].push(column);
            }
        }
    }
    Assignment::of(given, costs)
}

/// The least total cost of one column per row, by trying everything: what [`optimal`] is held against.
#[cfg(test)]
pub fn brute_force_cost(costs: &[Vec<f64>]) -> f64 {
    let mut best = (0, f64::INFINITY);
    tests::brute(costs, 0, 0, 1, 0, 0.0, &mut best);
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::dice::Dice;
    use crate::study::testing::prints;

    /// I-20.
    #[test]
    fn greedy_pays_more() {
        let costs = [vec![1.0, 1.2, 9.0], vec![0.9, 3.0, 9.0], vec![2.0, 2.0, 2.5]];
        let best = optimal(&costs, 1);
        assert_eq!(best.columns, [[1], [0], [2]]);
        prints(best.cost, "4.6");
        prints(greedy(&costs, 1).cost, "6.5");
    }

    #[test]
    fn forbidden_pairs_and_shortage() {
        let no = f64::INFINITY;
        let found = optimal(&[vec![no, 1.0], vec![no, 5.0]], 1);
        assert_eq!((found.pairs, found.columns), (1, vec![vec![1], vec![]]));
        // The cheapest pair is given up so that both rows have a partner.
        assert_eq!(optimal(&[vec![0.1, 50.0], vec![0.2, no]], 1).columns, [[1], [0]]);
        assert_eq!(optimal(&[vec![3.0, 1.0, 2.0, 9.0]], 3).columns, [[0, 1, 2]]);
        assert_eq!((optimal(&[], 1).pairs, optimal(&[vec![]], 1).pairs), (0, 0));
    }

    fn random(dice: &mut Dice, rows: usize, columns: usize, forbidden: f64) -> Vec<Vec<f64>> {
        let mut cost = || if dice.chance(forbidden) { f64::INFINITY } else { dice.below(1_000) as f64 / 100.0 };
        (0..rows).map(|_| (0..columns).map(|_| cost()).collect()).collect()
    }

    /// The most pairs and then the least cost, by trying everything.
    pub fn brute(
        costs: &[Vec<f64>],
        row: usize,
        taken: u32,
        each: usize,
        pairs: usize,
        cost: f64,
        best: &mut (usize, f64),
    ) {
        if row == costs.len() * each {
            if pairs > best.0 || (pairs == best.0 && cost < best.1) {
                *best = (pairs, cost);
            }
            return;
        }
        let left = costs.len() * each - row;
        if pairs + left < best.0 || (pairs + left == best.0 && cost >= best.1) {
            return;
        }
        for (column, price) in costs[row / each].iter().enumerate() {
            if taken & (1 << column) == 0 && price.is_finite() {
                brute(costs, row + 1, taken | (1 << column), each, pairs + 1, cost + price, best);
            }
        }
        brute(costs, row + 1, taken, each, pairs, cost, best);
    }

    /// Up to 8 × 8, with forbidden pairs, in 1,000 random instances: as brute force, and never dearer than greedy.
    #[test]
    fn optimal_is_brute_force_and_never_dearer_than_greedy() {
        let mut dice = Dice::new(20);
        for _ in 0..1_000 {
            let (rows, columns) = (1 + dice.below(8), 1 + dice.below(8));
            let each = if rows * 2 <= columns { 1 + dice.below(2) } else { 1 };
            let share = if dice.chance(0.5) { 0.0 } else { 0.3 };
            let costs = random(&mut dice, rows, columns, share);
            let (found, hasty) = (optimal(&costs, each), greedy(&costs, each));
            let mut best = (0, f64::INFINITY);
            brute(&costs, 0, 0, each, 0, 0.0, &mut best);
            assert_eq!(found.pairs, best.0, "{costs:?}");
            assert!(found.pairs == 0 || (found.cost - best.1).abs() < 1e-9, "{found:?} {best:?} {costs:?}");
            assert!(hasty.pairs < found.pairs || found.cost <= hasty.cost + 1e-9);
            let mut seen: Vec<usize> = found.columns.concat();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), found.pairs, "a partner is given once");
        }
    }

    #[test]
    fn larger_instances_never_cost_more_than_greedy() {
        let mut dice = Dice::new(21);
        for _ in 0..1_000 {
            let (rows, columns) = (5 + dice.below(20), 30 + dice.below(40));
            let costs = random(&mut dice, rows, columns, 0.0);
            assert!(optimal(&costs, 1).cost <= greedy(&costs, 1).cost + 1e-9);
        }
    }

    /// 500 users and 5,000 others take under five seconds in release; a tenth of that here.
    #[test]
    fn a_large_instance_is_solved() {
        let mut dice = Dice::new(22);
        let costs = random(&mut dice, 50, 500, 0.0);
        let found = optimal(&costs, 1);
        let nearest: f64 = costs.iter().map(|row| row.iter().copied().fold(f64::INFINITY, f64::min)).sum();
        assert_eq!(found.pairs, 50);
        assert!(found.cost >= nearest - 1e-9);
    }
}
