# Who stands beside whom: the distance, the assignments and the balance. Base R only.

# S = ((n1 - 1) S1 + (n0 - 1) S0) / (n1 + n0 - 2) (Rubin, Biometrics 1980); rows are practices. NULL under three of them.
pooled_covariance <- function(users, pool) {
  if (nrow(users) + nrow(pool) < 3) return(NULL)
  apart <- function(group) sweep(group, 2, if (nrow(group)) colMeans(group) else 0)
  (crossprod(apart(users)) + crossprod(apart(pool))) / (nrow(users) + nrow(pool) - 2)
}

# Mahalanobis' sqrt((a - b)' S^-1 (a - b)) of every user and non-user; where covariates say exactly the same, Euclid's with the
# standard deviations of S. Also whether it is Mahalanobis', and the condition number of the correlations in S.
distances <- function(users, pool) {
  s <- pooled_covariance(users, pool)
  k <- ncol(users)
  spread <- if (is.null(s)) rep(1, k) else ifelse(diag(s) > 0, sqrt(diag(s)), 1)
  correlation <- if (is.null(s)) matrix(0, k, k) else s / outer(spread, spread)
  inverse <- tryCatch(solve(correlation, tol = 1e-13), error = function(error) NULL)
  values <- eigen(correlation, symmetric = TRUE, only.values = TRUE)$values
  weights <- if (is.null(inverse)) diag(k) else inverse
  cost <- matrix(0, nrow(users), nrow(pool))
  for (i in seq_len(nrow(users))) for (j in seq_len(nrow(pool))) {
    apart <- (users[i, ] - pool[j, ]) / spread
    cost[i, j] <- sqrt(max(sum(apart * (weights %*% apart)), 0))
  }
  list(cost = cost, mahalanobis = !is.null(inverse), condition = if (min(values) > 1e-12) max(values) / min(values) else Inf)
}

# The most pairs and among those the least total distance, `each` columns for every row; an infinite cost is forbidden. Shortest
# augmenting paths with potentials (Jonker and Volgenant, Computing 1987; Crouse, IEEE TAES 2016). Where two answers cost the same,
# the order of the search decides, and that is part of the study: columns by code, the last put in the place of one taken out, a
# free one first. The potentials prove the optimum (linear programming duality); a proof that fails is an error.
optimal <- function(cost, each) {
  width <- ncol(cost)
  rows <- nrow(cost) * each
  given <- rep(list(integer()), nrow(cost))
  if (!rows) return(given)
  alone <- (max(0, cost[is.finite(cost)]) + 1) * (rows + 1)
  scarce <- width < rows || any(!is.finite(cost))
  price <- ifelse(is.finite(cost), cost, 2 * alone)
  price <- cbind(price, matrix(alone, nrow(cost), if (scarce) rows else 0))[rep(seq_len(nrow(cost)), each = each), , drop = FALSE]
  u <- numeric(rows)
  v <- numeric(ncol(price))
  column_of <- integer(rows)
  owner <- integer(ncol(price))
  for (start in seq_len(rows)) {
    shortest <- rep(Inf, ncol(price))
    came <- integer(ncol(price))
    free <- seq_len(ncol(price))
    closed <- integer()
    row <- start
    length <- 0
    while (row) {
      through <- length - u[row] + price[row, free] - v[free]
      nearer <- through < shortest[free]
      shortest[free[nearer]] <- through[nearer]
      came[free[nearer]] <- row
      length <- min(shortest[free])
      equal <- which(shortest[free] == length)
      unowned <- equal[owner[free[equal]] == 0]
      place <- if (length(unowned)) tail(unowned, 1) else equal[1]
      column <- free[place]
      free[place] <- tail(free, 1)
      free <- head(free, -1)
      closed <- c(closed, column)
      row <- owner[column]
    }
    u[start] <- u[start] + length
    gain <- length - shortest[closed]
    v[closed] <- v[closed] - gain
    taken <- owner[closed] > 0
    u[owner[closed[taken]]] <- u[owner[closed[taken]]] + gain[taken]
    repeat {
      row <- came[column]
      owner[column] <- row
      next_column <- column_of[row]
      column_of[row] <- column
      if (row == start) break
      column <- next_column
    }
  }
  slack <- min(price - outer(u, v, "+"))
  spent <- sum(price[cbind(seq_len(rows), column_of)])
  if (slack < -1e-9 * alone || abs(spent - sum(u) - sum(v)) > 1e-9 * alone * rows) {
    stop("the assignment is not proved to be the best")
  }
  for (row in seq_len(rows)) {
    user <- (row - 1) %/% each + 1
    column <- column_of[row]
    if (column <= width && is.finite(cost[user, column])) given[[user]] <- sort(c(given[[user]], column))
  }
  given
}

# Row by row the nearest that is left, as done by hand.
greedy <- function(cost, each) {
  given <- rep(list(integer()), nrow(cost))
  for (round in seq_len(each)) for (row in seq_len(nrow(cost))) {
    near <- which.min(cost[row, ])
    if (length(near) && is.finite(cost[row, near])) {
      given[[row]] <- sort(c(given[[row]], near))
      cost[, near] <- Inf
    }
  }
  given
}

# Means of the three, standardised mean differences before and after by the users' deviation and by that pooled before matching,
# and variance ratios; a covariate of 0 and 1 has the variance p(1 - p), as in MatchIt and cobalt.
balance <- function(users, pool, partners) {
  centre <- function(values) if (length(values)) mean(values) else 0
  spread <- function(values) {
    if (length(values) && all(values %in% 0:1)) return(mean(values) * (1 - mean(values)))
    if (length(values) > 1) var(values) else 0
  }
  over <- function(one, other) if (other > 0) one / other else NA
  means <- c(centre(users), centre(pool), centre(partners))
  treated <- sqrt(spread(users))
  pooled <- sqrt((spread(users) + spread(pool)) / 2)
  c(
    means, over(means[1] - means[2], treated), over(means[1] - means[2], pooled),
    over(means[1] - means[3], treated), over(means[1] - means[3], pooled),
    over(spread(users), spread(pool)), over(spread(users), spread(partners))
  )
}
