//! The two-mode network of practices and specialists: an edge is the answered referrals between them in a quarter.

use super::concentration::concentration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A two-mode graph. Names of both sides are codes, never people; the two sides must not share a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    edges: BTreeMap<(String, String), f64>,
    names: Vec<String>,
    neighbours: Vec<Vec<usize>>,
    practices: usize,
}

/// What is said of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its code.
    pub name: String,
    /// Partners.
    pub degree: usize,
    /// Referrals.
    pub strength: f64,
    /// Herfindahl index over partners.
    pub hhi: f64,
    /// 1/HHI.
    pub effective_partners: f64,
    /// Share of all possible partners.
    pub centrality: f64,
    /// Share of shortest paths between others that pass through it (Freeman 1977, by Brandes 2001), over (n − 1)(n − 2)/2.
    pub betweenness: f64,
}

/// From one quarter to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turnover {
    /// In both.
    pub kept: usize,
    /// Only in the later.
    pub new: usize,
    /// Only in the earlier.
    pub lost: usize,
    /// Kept over all; none when both are empty.
    pub jaccard: Option<f64>,
}

impl Network {
    /// From `(practice, specialist, referrals)`; equal pairs are added up, pairs without referrals are no edges.
    pub fn new<'a>(edges: impl IntoIterator<Item = (&'a str, &'a str, f64)>) -> Self {
        let mut weights: BTreeMap<(String, String), f64> = BTreeMap::new();
        for (practice, specialist, referrals) in edges {
            if referrals > 0.0 {
                *weights.entry((practice.to_owned(), specialist.to_owned())).or_default() += referrals;
            }
        }
        let practices: BTreeSet<&String> = weights.keys().map(|edge| &edge.0).collect();
        let specialists: BTreeSet<&String> = weights.keys().map(|edge| &edge.1).collect();
        let names: Vec<String> = practices.iter().chain(&specialists).map(|name| (*name).clone()).collect();
        let places: BTreeMap<&String, usize> = names.iter().enumerate().map(|(place, name)| (name, place)).collect();
        let mut neighbours = vec![Vec::new(); names.len()];
        for (practice, specialist) in weights.keys() {
            let (one, other) = (places[practice], places[specialist]);
            neighbours[one].push(other);
            neighbours[other].push(one);
        }
        let practices = practices.len();
        Self { edges: weights, names, neighbours, practices }
    }

    /// Edges over the pairs there could be; none without nodes.
    pub fn density(&self) -> Option<f64> {
        let pairs = self.practices * (self.names.len() - self.practices);
        (pairs > 0).then(|| self.edges.len() as f64 / pairs as f64)
    }

    /// Sizes of the connected parts, the largest first.
    pub fn components(&self) -> Vec<usize> {
        let mut seen = vec![false; self.names.len()];
        let mut sizes = Vec::new();
        for start in 0..self.names.len() {
            if !seen[start] {
                let far = self.distances(start);
                let part: Vec<usize> = (0..far.len()).filter(|node| far[*node].is_some()).collect();
                for node in &part {
                    seen[*node] = true;
                }
                sizes.push(part.len());
            }
        }
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        sizes
    }

    fn distances(&self, from: usize) -> Vec<Option<usize>> {
        let mut far = vec![None; self.names.len()];
        far[from] = Some(0);
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for next in &self.neighbours[node] {
                if far[*next].is_none() {
                    far[*next] = far[node].map(|steps| steps + 1);
                    queue.push_back(*next);
                }
            }
        }
        far
    }

    /// Every node, practices first, by code.
    pub fn nodes(&self) -> Vec<Node> {
        let betweenness = self.betweenness();
        let mut weights: Vec<Vec<f64>> = vec![Vec::new(); self.names.len()];
        for ((practice, specialist), weight) in &self.edges {
            for (place, name) in self.names.iter().enumerate() {
                if name == practice || name == specialist {
                    weights[place].push(*weight);
                }
            }
        }
        let node = |(place, name): (usize, &String)| {
            let hhi = concentration(&weights[place]).map_or(0.0, |found| found.hhi);
            let others = if place < self.practices { self.names.len() - self.practices } else { self.practices };
            Node {
                name: name.clone(),
                degree: weights[place].len(),
                strength: weights[place].iter().sum(),
                hhi,
                effective_partners: 1.0 / hhi,
                centrality: weights[place].len() as f64 / others as f64,
                betweenness: betweenness[place],
            }
        };
        self.names.iter().enumerate().map(node).collect()
    }

    fn betweenness(&self) -> Vec<f64> {
        let n = self.names.len();
        let mut sums = vec![0.0; n];
        for source in 0..n {
            let (mut order, mut queue) = (Vec::new(), VecDeque::from([source]));
            let mut paths = vec![0.0; n];
            let mut far: Vec<Option<usize>> = vec![None; n];
            (paths[source], far[source]) = (1.0, Some(0));
            while let Some(node) = queue.pop_front() {
                order.push(node);
                for next in &self.neighbours[node] {
                    if far[*next].is_none() {
                        far[*next] = far[node].map(|steps| steps + 1);
                        queue.push_back(*next);
                    }
                    if far[*next] == far[node].map(|steps| steps + 1) {
                        paths[*next] += paths[node];
                    }
                }
            }
            let mut share = vec![0.0; n];
            for node in order.iter().rev() {
                for next in &self.neighbours[*node] {
                    if far[*next] == far[*node].map(|steps| steps + 1) {
                        share[*node] += paths[*node] / paths[*next] * (1.0 + share[*next]);
                    }
                }
                if *node != source {
                    sums[*node] += share[*node];
                }
            }
        }
        let scale = if n > 2 { ((n - 1) * (n - 2)) as f64 } else { 1.0 };
        sums.iter().map(|sum| sum / scale).collect()
    }

    /// Robins and Alexander's clustering (2004): 4·(cycles of four)/(paths of three). None without such a path.
    pub fn clustering(&self) -> Option<f64> {
        let mut cycles = 0.0;
        for one in 0..self.practices {
            for other in one + 1..self.practices {
                let shared = self.neighbours[one].iter().filter(|node| self.neighbours[other].contains(node)).count();
                cycles += (shared * shared.saturating_sub(1)) as f64 / 2.0;
            }
        }
        let paths: f64 = (0..self.practices)
            .flat_map(|one| self.neighbours[one].iter().map(move |other| (one, *other)))
            .map(|(one, other)| ((self.neighbours[one].len() - 1) * (self.neighbours[other].len() - 1)) as f64)
            .sum();
        (paths > 0.0).then(|| 4.0 * cycles / paths)
    }

    /// What became of the edges by a later quarter.
    pub fn turnover(&self, later: &Self) -> Turnover {
        let kept = self.edges.keys().filter(|edge| later.edges.contains_key(*edge)).count();
        let (new, lost) = (later.edges.len() - kept, self.edges.len() - kept);
        let all = kept + new + lost;
        Turnover { kept, new, lost, jaccard: (all > 0).then(|| kept as f64 / all as f64) }
    }

    /// Edges with their weights, by code.
    pub fn edges(&self) -> impl Iterator<Item = (&str, &str, f64)> {
        self.edges.iter().map(|((practice, specialist), weight)| (practice.as_str(), specialist.as_str(), *weight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::testing::prints;

    fn example() -> Network {
        Network::new([
            ("A", "d1", 40.0),
            ("A", "d2", 8.0),
            ("A", "e1", 2.0),
            ("B", "d1", 30.0),
            ("B", "e1", 10.0),
            ("C", "d1", 12.0),
            ("D", "d2", 5.0),
            ("D", "e1", 5.0),
            ("E", "e2", 1.0),
        ])
    }

    /// I-16.
    #[test]
    fn nine_edges() {
        let network = example();
        prints(network.density().unwrap(), "0.45");
        assert_eq!(network.components(), [7, 2]);
        let nodes = network.nodes();
        let node = |name: &str| nodes.iter().find(|node| node.name == name).unwrap();
        for (name, hhi) in [("A", "0.6672"), ("B", "0.6250"), ("C", "1"), ("D", "0.5"), ("E", "1"), ("d1", "0.3932")] {
            prints(node(name).hhi, hhi);
        }
        prints(node("d1").strength, "82");
        let between =
            [("A", "0.1964"), ("d1", "0.2083"), ("e1", "0.1429"), ("B", "0.0595"), ("d2", "0.0417"), ("D", "0.0298")];
        for (name, betweenness) in between {
            prints(node(name).betweenness, betweenness);
        }
        let next = ["A-d1", "A-d2", "B-d1", "B-e1", "C-d1", "C-e1", "D-d2"];
        let next = Network::new(next.iter().map(|edge| edge.split_once('-').unwrap()).map(|(p, s)| (p, s, 1.0)));
        let turnover = network.turnover(&next);
        assert_eq!((turnover.kept, turnover.new, turnover.lost), (6, 1, 3));
        prints(turnover.jaccard.unwrap(), "0.6");
    }

    #[test]
    fn nothing_is_nothing() {
        let none = Network::new([("A", "d", 0.0)]);
        assert_eq!((none.density(), none.clustering(), none.components()), (None, None, vec![]));
        assert_eq!(none.turnover(&none).jaccard, None);
    }

    /// Which of the fourteen events each of the eighteen women attended (Davis, Gardner and Gardner 1941).
    const DAVIS: [(&str, &[u8]); 18] = [
        ("Evelyn", &[1, 2, 3, 4, 5, 6, 8, 9]),
        ("Laura", &[1, 2, 3, 5, 6, 7, 8]),
        ("Theresa", &[2, 3, 4, 5, 6, 7, 8, 9]),
        ("Brenda", &[1, 3, 4, 5, 6, 7, 8]),
        ("Charlotte", &[3, 4, 5, 7]),
        ("Frances", &[3, 5, 6, 8]),
        ("Eleanor", &[5, 6, 7, 8]),
        ("Pearl", &[6, 8, 9]),
        ("Ruth", &[5, 7, 8, 9]),
        ("Verne", &[7, 8, 9, 12]),
        ("Myra", &[8, 9, 10, 12]),
        ("Katherina", &[8, 9, 10, 12, 13, 14]),
        ("Sylvia", &[7, 8, 9, 10, 12, 13, 14]),
        ("Nora", &[6, 7, 9, 10, 11, 12, 13, 14]),
        ("Helen", &[7, 8, 10, 11, 12]),
        ("Dorothy", &[8, 9]),
        ("Olivia", &[9, 11]),
        ("Flora", &[9, 11]),
    ];

    /// I-16 and T25: Davis's Southern Women. The reference prints a clustering of .467761; 4·341/2916 is .467764, as networkx says.
    #[test]
    fn southern_women() {
        let events: Vec<String> = (0..=14).map(|event| format!("E{event}")).collect();
        let attended =
            |(woman, at): &(&'static str, &'static [u8])| at.iter().map(|event| (*woman, *event)).collect::<Vec<_>>();
        let edges: Vec<(&str, u8)> = DAVIS.iter().flat_map(attended).collect();
        let network =
            Network::new(edges.iter().map(|(woman, event)| (*woman, events[usize::from(*event)].as_str(), 1.0)));
        assert_eq!(network.edges().count(), 89);
        prints(network.density().unwrap(), "0.353175");
        prints(network.clustering().unwrap(), "0.467764");
        let centrality = |name: &str| network.nodes().into_iter().find(|node| node.name == name).unwrap().centrality;
        prints(centrality("Evelyn"), "0.571429");
        prints(centrality("E8"), "0.777778");
    }
}
