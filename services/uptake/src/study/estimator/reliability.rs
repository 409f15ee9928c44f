//! Questionnaires: scores of constructs and their reliability.

use crate::study::matrix::{mean, variance};

/// Cronbach's alpha (Psychometrika 1951) over people × items: k/(k − 1)·(1 − Σ var(item)/var(total)). `None` under two items or
/// people, or when nobody differs.
pub fn cronbach(answers: &[Vec<f64>]) -> Option<f64> {
    let items = answers.first()?.len();
    if items < 2 || answers.len() < 2 || answers.iter().any(|row| row.len() != items) {
        return None;
    }
    let of_items: f64 = (0..items).map(|item| variance(&answers.iter().map(|row| row[item]).collect::<Vec<_>>())).sum();
    let total = variance(&answers.iter().map(|row| row.iter().sum()).collect::<Vec<f64>>());
    let k = items as f64;
    (total > 0.0).then(|| k / (k - 1.0) * (1.0 - of_items / total))
}

/// One person's score of a construct: the mean of the items answered, when at least half were. "Not relevant" is missing, never
/// the middle of the scale.
pub fn score(items: &[Option<f64>]) -> Option<f64> {
    let answered: Vec<f64> = items.iter().flatten().copied().collect();
    (answered.len() * 2 >= items.len()).then(|| mean(&answered)).flatten()
}

/// A group's mean score; hidden under five people.
pub fn group_score(people: &[Vec<Option<f64>>]) -> Option<f64> {
    let scores: Vec<f64> = people.iter().filter_map(|items| score(items)).collect();
    (scores.len() >= 5).then(|| mean(&scores)).flatten()
}

/// A negatively worded item turned round on its scale.
pub fn reversed(answer: f64, least: f64, most: f64) -> f64 {
    least + most - answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    /// 2.4.
    #[test]
    fn five_people_four_items() {
        let answers = [[4, 4, 5, 4], [3, 3, 4, 3], [5, 5, 5, 4], [2, 3, 3, 2], [4, 3, 4, 4]]
            .map(|row| row.map(f64::from).to_vec());
        prints(cronbach(&answers).unwrap(), "0.939891");
        assert_eq!(cronbach(&answers[..1]), None);
        assert_eq!(score(&[Some(4.0), None, Some(2.0), None]), Some(3.0));
        assert_eq!(score(&[Some(4.0), None, None, None]), None);
        let people = answers.map(|row| row.into_iter().map(Some).collect::<Vec<_>>());
        prints(group_score(&people).unwrap(), "3.7");
        assert_eq!(group_score(&people[..4]), None);
        prints(reversed(2.0, 1.0, 5.0), "4");
    }
}
