//! Small dense matrices: what regression and distances need, and no more.

/// Rows × columns, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    cells: Vec<f64>,
}

impl Matrix {
    /// Of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, cells: vec![0.0; rows * columns] }
    }

    /// From rows of equal length.
    pub fn from_rows(rows: &[Vec<f64>]) -> Self {
        let columns = rows.first().map_or(0, Vec::len);
        Self { rows: rows.len(), columns, cells: rows.concat() }
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One cell.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.columns + column]
    }

    /// One cell, to write.
    pub fn cell(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.cells[row * self.columns + column]
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.columns..(row + 1) * self.columns]
    }

    /// Aᵀ W B with diagonal weights.
    pub fn crossed(&self, weights: &[f64], other: &Self) -> Self {
        let mut product = Self::zeros(self.columns, other.columns);
        for (place, weight) in weights.iter().enumerate() {
            for i in 0..self.columns {
                let left = weight * self.at(place, i);
                for j in 0..other.columns {
                    *product.cell(i, j) += left * other.at(place, j);
                }
            }
        }
        product
    }

    /// A b.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.rows).map(|row| dot(self.row(row), vector)).collect()
    }

    /// A B.
    pub fn product(&self, other: &Self) -> Self {
        let mut product = Self::zeros(self.rows, other.columns);
        for i in 0..self.rows {
            for k in 0..self.columns {
                for j in 0..other.columns {
                    *product.cell(i, j) += self.at(i, k) * other.at(k, j);
                }
            }
        }
        product
    }

    /// The inverse by Gauss and Jordan with partial pivots, on equilibrated rows and columns; `None` when it is singular.
    pub fn inverse(&self) -> Option<Self> {
        let n = self.rows;
        if n != self.columns {
            return None;
        }
        let scale: Vec<f64> = (0..n).map(|place| self.at(place, place).abs().sqrt()).collect();
        let scale: Vec<f64> = scale.iter().map(|size| if *size > 0.0 { 1.0 / size } else { 1.0 }).collect();
        let mut work = self.clone();
        let mut inverse = Self::zeros(n, n);
        for i in 0..n {
            for j in 0..n {
                *work.cell(i, j) *= scale[i] * scale[j];
            }
            *inverse.cell(i, i) = 1.0;
        }
        for column in 0..n {
            let size = |row: &usize| work.at(*row, column).abs();
            let pivot = (column..n).max_by(|a, b| size(a).total_cmp(&size(b)))?;
            if size(&pivot) < 1e-13 {
                return None;
            }
            work.swap_rows(column, pivot);
            inverse.swap_rows(column, pivot);
            let lead = work.at(column, column);
            for j in 0..n {
                *work.cell(column, j) /= lead;
                *inverse.cell(column, j) /= lead;
            }
            for row in (0..n).filter(|row| *row != column) {
                let factor = work.at(row, column);
                for j in 0..n {
                    let (a, b) = (work.at(column, j), inverse.at(column, j));
                    *work.cell(row, j) -= factor * a;
                    *inverse.cell(row, j) -= factor * b;
                }
            }
        }
        for i in 0..n {
            for j in 0..n {
                *inverse.cell(i, j) *= scale[i] * scale[j];
            }
        }
        Some(inverse)
    }

    fn swap_rows(&mut self, one: usize, other: usize) {
        if one != other {
            for column in 0..self.columns {
                self.cells.swap(one * self.columns + column, other * self.columns + column);
            }
        }
    }

    /// Eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations.
    pub fn eigenvalues(&self) -> Vec<f64> {
        let n = self.rows;
        let mut a = self.clone();
        for _ in 0..100 {
            let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a.at(i, j).powi(2)).sum();
            if off < 1e-24 {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    a.rotate(p, q);
                }
            }
        }
        let mut values: Vec<f64> = (0..n).map(|place| a.at(place, place)).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    }

    fn rotate(&mut self, p: usize, q: usize) {
        let off = self.at(p, q);
        if off.abs() < 1e-300 {
            return;
        }
        let theta = (self.at(q, q) - self.at(p, p)) / (2.0 * off);
        let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
        let cosine = 1.0 / tangent.hypot(1.0);
        let sine = tangent * cosine;
        for place in 0..self.rows {
            let (one, other) = (self.at(place, p), self.at(place, q));
            *self.cell(place, p) = cosine * one - sine * other;
            *self.cell(place, q) = sine * one + cosine * other;
        }
        for place in 0..self.rows {
            let (one, other) = (self.at(p, place), self.at(q, place));
            *self.cell(p, place) = cosine * one - sine * other;
            *self.cell(q, place) = sine * one + cosine * other;
        }
    }
}

/// Σ aᵢ bᵢ.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample variance, over n − 1; 0 of fewer than two.
pub fn variance(values: &[f64]) -> f64 {
    match mean(values) {
        Some(mean) if values.len() > 1 => {
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::print_all;

    #[test]
    fn inverse_and_eigenvalues() {
        let a = Matrix::from_rows(&[vec![4.0, 1.0, 0.0], vec![1.0, 3.0, 1.0], vec![0.0, 1.0, 2.0]]);
        let one = a.product(&a.inverse().unwrap());
        for i in 0..3 {
            for j in 0..3 {
                assert!((one.at(i, j) - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
        print_all(&a.eigenvalues(), &["1.267949192431", "3.000000000000", "4.732050807569"]);
        assert_eq!(Matrix::from_rows(&[vec![1.0, 2.0], vec![2.0, 4.0]]).inverse(), None);
        assert_eq!((variance(&[1.0]), mean(&[])), (0.0, None));
    }
}
