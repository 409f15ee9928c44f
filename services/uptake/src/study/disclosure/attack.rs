//! What can be computed from what is published: the least and the most that a hidden number can be.
//!
//! Published sums are equations over numbers that are not negative; a linear program bounds every sum of them. Two-phase simplex
//! with Bland's rule, which ends always; the programs have a hundred variables at most.

/// A published sum: the variables in it, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// Indices of variables, each once.
    pub variables: Vec<usize>,
    /// Their sum.
    pub value: f64,
}

const TINY: f64 = 1e-9;

/// The equations in a form from which every question starts.
#[derive(Clone, Debug)]
pub struct System {
    /// Rows of a tableau: coefficients of the variables, then the right side.
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    variables: usize,
}

impl System {
    /// `None` when no numbers fit the equations.
    pub fn new(variables: usize, equations: &[Equation]) -> Option<Self> {
        let count = equations.len();
        let width = variables + count;
        let mut rows = vec![vec![0.0; width + 1]; count];
        for (place, equation) in equations.iter().enumerate() {
            for variable in &equation.variables {
                rows[place][*variable] = 1.0;
            }
            rows[place][variables + place] = 1.0;
            rows[place][width] = equation.value;
        }
        // Phase one: the artificial variables are driven to zero.
        let mut goal = vec![0.0; width + 1];
        goal[variables..width].fill(-1.0);
        let mut basis: Vec<usize> = (variables..width).collect();
        let reached = maximise(&mut rows, &mut basis, &goal, width)?;
        if reached < -TINY * (1.0 + equations.iter().map(|equation| equation.value).sum::<f64>()) {
            return None;
        }
        // Artificial variables that stayed at zero leave, or their row says nothing new.
        let mut place = 0;
        while place < rows.len() {
            if basis[place] < variables {
                place += 1;
                continue;
            }
            if let Some(column) = (0..variables).find(|column| rows[place][*column].abs() > TINY) {
                pivot(&mut rows, &mut basis, place, column);
                place += 1;
            } else {
                rows.swap_remove(place);
                basis.swap_remove(place);
            }
        }
        for row in &mut rows {
            row.drain(variables..width);
        }
        Some(Self { rows, basis, variables })
    }

    /// The most that a sum of variables can be; infinite when nothing bounds it.
    pub fn most(&self, of: &[usize]) -> f64 {
        self.best(of, 1.0)
    }

    /// The least.
    pub fn least(&self, of: &[usize]) -> f64 {
        -self.best(of, -1.0)
    }

    /// Most minus least.
    pub fn width(&self, of: &[usize]) -> f64 {
        self.most(of) - self.least(of)
    }

    fn best(&self, of: &[usize], sign: f64) -> f64 {
        let mut goal = vec![0.0; self.variables + 1];
        for variable in of {
            goal[*variable] = sign;
        }
        let (mut rows, mut basis) = (self.rows.clone(), self.basis.clone());
        maximise(&mut rows, &mut basis, &goal, self.variables).unwrap_or(f64::INFINITY)
    }
}

/// Maximises a goal from a feasible basis; `None` when it is not bounded.
fn maximise(rows: &mut [Vec<f64>], basis: &mut [usize], goal: &[f64], width: usize) -> Option<f64> {
    // Reduced costs: the goal with the basis priced out; the last cell is minus the value.
    let mut costs = goal.to_vec();
    for (row, base) in rows.iter().zip(basis.iter()) {
        let price = goal[*base];
        if price != 0.0 {
            costs.iter_mut().zip(row).for_each(|(cost, cell)| *cost -= price * cell);
        }
    }
    loop {
        let Some(entering) = (0..width).find(|column| costs[*column] > TINY) else { return Some(-costs[width]) };
        let mut leaving: Option<(usize, f64)> = None;
        for (place, row) in rows.iter().enumerate() {
            if row[entering] > TINY {
                let ratio = row[width] / row[entering];
                let better = leaving.is_none_or(|(best, least)| {
                    ratio < least - TINY || (ratio < least + TINY && basis[place] < basis[best])
                });
                if better {
                    leaving = Some((place, ratio));
                }
            }
        }
        let (place, _) = leaving?;
        pivot(rows, basis, place, entering);
        let factor = costs[entering];
        costs.iter_mut().zip(&rows[place]).for_each(|(cost, cell)| *cost -= factor * cell);
    }
}

fn pivot(rows: &mut [Vec<f64>], basis: &mut [usize], place: usize, entering: usize) {
    let lead = rows[place][entering];
    for cell in &mut rows[place] {
        *cell /= lead;
    }
    let pivot_row = rows[place].clone();
    for (other, row) in rows.iter_mut().enumerate() {
        let factor = row[entering];
        if other != place && factor != 0.0 {
            row.iter_mut().zip(&pivot_row).for_each(|(cell, lead)| *cell -= factor * lead);
        }
    }
    basis[place] = entering;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(variables: &[usize], value: f64) -> Equation {
        Equation { variables: variables.to_vec(), value }
    }

    #[test]
    fn bounds_by_hand() {
        // x + y = 5, y + z = 3.
        let system = System::new(3, &[sum(&[0, 1], 5.0), sum(&[1, 2], 3.0)]).unwrap();
        assert_eq!((system.least(&[0]), system.most(&[0])), (2.0, 5.0));
        assert_eq!((system.least(&[1]), system.most(&[1])), (0.0, 3.0));
        assert_eq!((system.least(&[0, 2]), system.most(&[0, 2])), (2.0, 8.0));
        let repeated = System::new(2, &[sum(&[0, 1], 4.0), sum(&[0, 1], 4.0), sum(&[0], 1.0)]).unwrap();
        assert!(repeated.width(&[1]).abs() < 1e-9, "a repeated equation says nothing new");
        assert!(System::new(2, &[]).unwrap().most(&[1]).is_infinite());
        assert!(System::new(2, &[sum(&[0, 1], 4.0), sum(&[0], 5.0)]).is_none());
    }
}
