//! A table with totals: what is hidden for its own sake, and what is hidden so that the first cannot be computed.

use super::attack::{Equation, System};
use super::rule::Rule;

/// Counts by row and column; totals are sums of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Rows of equal length.
    pub cells: Vec<Vec<u64>>,
}

/// The table as it may be published, with its totals as last row and last column; `None` hidden. Which of the hidden cells were
/// small is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Rows + 1 × columns + 1.
    pub cells: Vec<Vec<Option<u64>>>,
}

/// A cell of the table with totals.
type Place = (usize, usize);

/// What is known and hidden while complementary cells are sought.
pub struct Hiding<'a> {
    values: Vec<Vec<u64>>,
    hidden: Vec<Vec<bool>>,
    width: f64,
    rule: &'a Rule,
}

impl Table {
    /// Applies a rule: small cells and totals are hidden, `also` are (as too narrow a base or dominance asks), and then cells at
    /// the least loss until no hidden cell can be computed to less than the rule's width. Rounding comes last; totals are of
    /// rounded cells then, where no cell in the row or column is hidden.
    pub fn protect(&self, rule: &Rule, also: &[Place]) -> Shown {
        let mut hiding = Hiding::new(self, rule);
        for (row, column) in also {
            hiding.hidden[*row][*column] = true;
        }
        hiding.complete();
        hiding.shown()
    }
}

impl<'a> Hiding<'a> {
    /// With the cells hidden that are so for their own sake.
    pub fn new(table: &Table, rule: &'a Rule) -> Self {
        let mut values: Vec<Vec<u64>> = table.cells.clone();
        for row in &mut values {
            row.push(row.iter().sum());
        }
        let columns = values.first().map_or(0, Vec::len);
        values.push((0..columns).map(|column| values.iter().map(|row| row[column]).sum()).collect());
        let hidden = values.iter().map(|row| row.iter().map(|count| rule.hides(*count)).collect()).collect();
        Self { values, hidden, width: rule.width(), rule }
    }

    fn inner(&self) -> (usize, usize) {
        (self.values.len() - 1, self.values[0].len() - 1)
    }

    /// The inner cells that a cell of the table with totals is the sum of.
    fn members(&self, (row, column): Place) -> impl Iterator<Item = Place> + Clone {
        let (rows, columns) = self.inner();
        let down = if row == rows { 0..rows } else { row..row + 1 };
        let along = if column == columns { 0..columns } else { column..column + 1 };
        down.flat_map(move |row| along.clone().map(move |column| (row, column)))
    }

    fn hidden_places(&self) -> Vec<Place> {
        let all = self.hidden.iter().enumerate().flat_map(|(row, of)| (0..of.len()).map(move |column| (row, column)));
        all.filter(|place| self.hidden[place.0][place.1]).collect()
    }

    /// The hidden cell that can be computed most closely, if closer than allowed.
    pub fn weakest(&self) -> Option<(Place, f64)> {
        let (rows, columns) = self.inner();
        let mut index = vec![vec![None; columns]; rows];
        let mut variables = 0;
        for (row, column) in self.hidden_places().into_iter().filter(|place| place.0 < rows && place.1 < columns) {
            index[row][column] = Some(variables);
            variables += 1;
        }
        let unknown =
            |place: Place| self.members(place).filter_map(|(row, column)| index[row][column]).collect::<Vec<usize>>();
        let mut equations = Vec::new();
        for row in 0..=rows {
            for column in 0..=columns {
                if (row == rows || column == columns) && !self.hidden[row][column] {
                    let known: u64 = self
                        .members((row, column))
                        .filter(|(r, c)| index[*r][*c].is_none())
                        .map(|(r, c)| self.values[r][c])
                        .sum();
                    let variables = unknown((row, column));
                    if !variables.is_empty() {
                        equations.push(Equation { variables, value: (self.values[row][column] - known) as f64 });
                    }
                }
            }
        }
        // Should the arithmetic ever find no solution, hiding goes on rather than stops.
        let Some(system) = System::new(variables, &equations) else {
            return self.hidden_places().first().map(|place| (*place, 0.0));
        };
        let narrow = self.hidden_places().into_iter().map(|place| (place, system.width(&unknown(place))));
        narrow.filter(|(_, width)| *width < self.width - 1e-6).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Hides until nothing is computed too closely.
    fn complete(&mut self) {
        while let Some((place, _)) = self.weakest() {
            let cycle = self.cycle(place);
            let new: Vec<Place> = cycle.into_iter().filter(|(row, column)| !self.hidden[*row][*column]).collect();
            if new.is_empty() {
                self.widen(place);
            }
            for (row, column) in new {
                self.hidden[row][column] = true;
            }
        }
    }

    /// The loss of hiding a cell: its value, totals much more, what is hidden already nothing. A zero can only go up, so it
    /// protects badly.
    fn loss(&self, (row, column): Place) -> f64 {
        let (rows, columns) = self.inner();
        let totals = f64::from(u8::from(row == rows) + u8::from(column == columns));
        match self.values[row][column] {
            _ if self.hidden[row][column] => 0.0,
            0 => 1e6 * (totals + 1.0),
            value => value as f64 + 1e5 * totals,
        }
    }

    /// The cheapest cells that close a cycle through one: a path from its row to its column over cells (Dijkstra's on rows and
    /// columns). Numbers can be moved around such a cycle without changing a sum.
    fn cycle(&self, (row, column): Place) -> Vec<Place> {
        let (rows, columns) = (self.values.len(), self.values[0].len());
        let nodes = rows + columns;
        let (mut least, mut done, mut from) = (vec![f64::INFINITY; nodes], vec![false; nodes], vec![None; nodes]);
        least[row] = 0.0;
        while let Some(node) = (0..nodes).filter(|node| !done[*node]).min_by(|a, b| least[*a].total_cmp(&least[*b])) {
            done[node] = true;
            let others = if node < rows { rows..nodes } else { 0..rows };
            for other in others {
                let place = if node < rows { (node, other - rows) } else { (other, node - rows) };
                let length = least[node] + self.loss(place) + 1e-3;
                if place != (row, column) && length < least[other] {
                    least[other] = length;
                    from[other] = Some((node, place));
                }
            }
        }
        let (mut cells, mut node) = (Vec::new(), rows + column);
        while let Some((before, place)) = from[node] {
            cells.push(place);
            node = before;
        }
        cells
    }

    /// Where a cycle is hidden and still too narrow: one more cell in the row or the column, or anywhere.
    fn widen(&mut self, (row, column): Place) {
        let (rows, columns) = (self.values.len(), self.values[0].len());
        let all = || (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c)));
        let open = |place: &Place| !self.hidden[place.0][place.1];
        let cheap = |a: &Place, b: &Place| self.loss(*a).total_cmp(&self.loss(*b));
        let near = all().filter(|place| place.0 == row || place.1 == column).filter(open).min_by(cheap);
        if let Some((row, column)) = near.or_else(|| all().filter(open).min_by(cheap)) {
            self.hidden[row][column] = true;
        }
    }

    fn shown(&self) -> Shown {
        let rounding = self.rule.rounding;
        let (rows, columns) = self.inner();
        let value = |row: usize, column: usize| {
            let parts = self.members((row, column));
            let whole = parts.clone().all(|(r, c)| !self.hidden[r][c]);
            let total = row == rows || column == columns;
            // Totals are summed again from rounded cells, so that they give no exact figure away.
            if total && whole {
                parts.map(|(r, c)| rounding.of(self.values[r][c])).sum()
            } else {
                rounding.of(self.values[row][column])
            }
        };
        let cell = |row: usize, column: usize| (!self.hidden[row][column]).then(|| value(row, column));
        Shown { cells: (0..=rows).map(|row| (0..=columns).map(|column| cell(row, column)).collect()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::dice::Dice;

    /// T24: GaussSuppression's example; young and old by Spain, Iceland and Portugal, counts up to 1 hidden, zeros too.
    #[test]
    fn gauss_suppression() {
        let rule = Rule { threshold: 1, hide_zeros: true, ..Rule::EXACT };
        let shown = Table { cells: vec![vec![5, 2, 0], vec![6, 3, 4]] }.protect(&rule, &[]);
        let expected = [
            vec![Some(5), None, None, Some(7)],
            vec![Some(6), None, None, Some(13)],
            vec![Some(11), Some(5), Some(4), Some(20)],
        ];
        assert_eq!(shown.cells, expected);
    }

    #[test]
    fn small_totals_are_hidden_and_rounded_ones_summed_again() {
        let shown = Table { cells: vec![vec![2, 0], vec![1, 0]] }.protect(&Rule::HIDE_FOUR, &[]);
        assert!(shown.cells[2][2].is_none() && shown.cells[0][0].is_none());
        let rounded = Table { cells: vec![vec![12, 13], vec![22, 18]] }.protect(&Rule::HIDE_SEVEN, &[]);
        assert_eq!(rounded.cells[0], [Some(10), Some(15), Some(25)]);
        assert_eq!(rounded.cells[2], [Some(30), Some(35), Some(65)]);
        let whole = Table { cells: vec![vec![10, 20], vec![30, 40]] }.protect(&Rule::HIDE_FOUR, &[(0, 0)]);
        assert!(whole.cells[0][0].is_none() && whole.cells[1][1].is_none() && whole.cells[2][2] == Some(100));
    }

    /// Section 9: no hidden cell of a random table can be computed to less than the rule's width.
    #[test]
    fn no_table_can_be_solved() {
        let mut dice = Dice::new(24);
        for _ in 0..1_000 {
            let (rows, columns) = (2 + dice.below(4), 2 + dice.below(5));
            let spread = [6, 12, 60][dice.below(3)];
            let cells = (0..rows).map(|_| (0..columns).map(|_| dice.below(spread) as u64).collect()).collect();
            let rule = if dice.chance(0.5) { Rule::HIDE_FOUR } else { Rule { hide_zeros: true, ..Rule::HIDE_FOUR } };
            let table = Table { cells };
            let mut hiding = Hiding::new(&table, &rule);
            let small = hiding.hidden.clone();
            hiding.complete();
            assert_eq!(hiding.weakest(), None);
            for (row, of) in small.iter().enumerate() {
                assert!((0..of.len()).all(|column| !of[column] || hiding.hidden[row][column]));
            }
        }
    }
}
