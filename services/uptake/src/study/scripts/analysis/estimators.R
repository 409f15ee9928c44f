# The estimators of the study, from their published formulas. Base R only.

z95 <- qnorm(0.975)
hair <- 1e-12 # for products of fractions that should meet a round figure

# Score interval of a share, 95 % (Wilson, JASA 1927); NA of nothing.
wilson <- function(count, of) {
  of <- ifelse(of > 0, of, NA)
  p <- count / of
  middle <- p + z95^2 / (2 * of)
  reach <- z95 * sqrt(p * (1 - p) / of + z95^2 / (4 * of^2))
  scale <- 1 + z95^2 / of
  list(low = ifelse(count == 0, 0 * of, (middle - reach) / scale), high = ifelse(count == of, 1, (middle + reach) / scale))
}

# Exact 95 % limits of a Poisson count (Garwood, Biometrika 1936).
garwood <- function(count) list(low = qchisq(0.025, 2 * count) / 2, high = qchisq(0.975, 2 * count + 2) / 2)

# Limit of observed over expected in a funnel plot, exact with interpolation (Spiegelhalter, Stat Med 2005, A.1.1).
ratio_limit <- function(expected, tail) {
  r <- qpois(tail, expected)
  pmax((r - (ppois(r, expected) - tail) / dpois(r, expected)) / expected, 0)
}

# Steps of the curve; log-log 95 % limits S^exp(+-z sqrt(V)/ln S), V by Greenwood (Kaplan and Meier, JASA 1958; Kalbfleisch and
# Prentice 1980). Events come before censorings of the same time.
kaplan_meier <- function(time, event) {
  at <- sort(unique(time[event]))
  n <- vapply(at, function(one) sum(time >= one), 0)
  d <- vapply(at, function(one) sum(time == one & event), 0)
  survival <- cumprod(1 - d / n)
  variance <- cumsum(ifelse(d < n, d / (n * (n - d)), 0))
  between <- survival > hair & survival < 1 - hair
  reach <- z95 * sqrt(variance) / log(ifelse(between, survival, NA))
  data.frame(time = at, events = d, survival = survival, low = survival^exp(-reach), high = survival^exp(reach))
}

# The last step up to a time.
step_at <- function(curve, time) {
  before <- curve[curve$time <= time, ]
  if (nrow(before)) before[nrow(before), ] else data.frame(time = 0, events = 0, survival = 1, low = NA, high = NA)
}

# When a share had the event, and where the limits cross that level (Brookmeyer and Crowley, Biometrics 1982).
survival_quantile <- function(curve, share) {
  level <- 1 - share + hair
  at <- function(reached) curve$time[which(reached)[1]]
  crossing <- function(limit) at(ifelse(is.na(limit), curve$survival <= hair, limit <= level))
  found <- c(at(curve$survival <= level), crossing(curve$low), crossing(curve$high))
  if (anyNA(found[2:3])) c(found[1], NA, NA) else found
}

# Area under S up to a time (Irwin, 1949).
restricted_mean <- function(curve, until) {
  inside <- curve[curve$time < until, ]
  sum(c(1, inside$survival) * diff(c(0, inside$time, until)))
}

# Of "event" at the end, with "competing" ends (Aalen and Johansen, 1978).
cumulative_incidence <- function(time, end) {
  free <- 1
  incidence <- 0
  for (at in sort(unique(time[end != "censored"]))) {
    n <- sum(time >= at)
    incidence <- incidence + free * sum(time == at & end == "event") / n
    free <- free * (1 - sum(time == at & end != "censored") / n)
  }
  incidence
}

# The p-value of the log-rank test (Mantel, 1966) of two groups; NA without a variance.
log_rank <- function(time, event, first) {
  excess <- variance <- 0
  for (at in sort(unique(time[event]))) {
    n <- sum(time >= at)
    n1 <- sum(time >= at & first)
    d <- sum(time == at & event)
    excess <- excess + sum(time == at & event & first) - d * n1 / n
    if (n > 1) variance <- variance + d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
  }
  if (variance > 0) pchisq(excess^2 / variance, 1, lower.tail = FALSE) else NA
}

# The fewest that together have at least such a share.
fewest <- function(counts, share) {
  which(cumsum(sort(unname(counts), decreasing = TRUE)) >= share * sum(counts) * (1 - hair))[1]
}

# Gini over ascending x (and by n/(n - 1): Deltas 2003), Herfindahl, Hoover, Theil, Pielou's evenness, k80; NA of nothing.
concentration <- function(counts) {
  n <- length(counts)
  shares <- sort(counts) / sum(counts)
  gini <- 2 * sum(seq_along(shares) * shares) / n - (n + 1) / n
  hhi <- sum(shares^2)
  entropy <- -sum(ifelse(shares > 0, shares * log(shares), 0))
  several <- n > 1
  found <- c(
    gini = gini, "gini-unbiased" = if (several) gini * n / (n - 1) else 0, hhi = hhi,
    "hhi-normalised" = if (several) (hhi - 1 / n) / (1 - 1 / n) else 0, "effective-users" = 1 / hhi,
    hoover = sum(abs(shares - 1 / n)) / 2, theil = log(n) - entropy, evenness = if (several) entropy / log(n) else 1,
    k80 = fewest(counts, 0.8)
  )
  if (sum(counts) > 0) found else found * NA
}

# The first words of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), a row each, in four parts of 16 bits, the lowest first.
split_mix <- function(seed, count) {
  carried <- function(parts) {
    for (i in 1:3) {
      parts[, i + 1] <- parts[, i + 1] + parts[, i] %/% 65536
      parts[, i] <- parts[, i] %% 65536
    }
    parts[, 4] <- parts[, 4] %% 65536
    parts
  }
  times <- function(a, b) {
    product <- matrix(0, nrow(a), 4)
    for (i in 1:4) for (j in seq_len(5 - i)) product[, i + j - 1] <- product[, i + j - 1] + a[, i] * b[j]
    carried(product)
  }
  folded <- function(a, bits) { # a ^ (a >> bits), of 16 to 31 bits
    high <- cbind(a[, -(1:2), drop = FALSE], 0, 0)
    low <- cbind(a[, -1, drop = FALSE], 0)
    shifted <- low %/% 2^(bits - 16) + (high * 2^(32 - bits)) %% 65536
    matrix(bitwXor(as.integer(a), as.integer(shifted)), nrow(a), 4)
  }
  word <- function(...) rev(c(...))
  step <- matrix(word(0x9E37, 0x79B9, 0x7F4A, 0x7C15), count, 4, TRUE) * seq_len(count)
  step[, 1] <- step[, 1] + seed
  mixed <- times(folded(carried(step), 30), word(0xBF58, 0x476D, 0x1CE4, 0xE5B9))
  folded(times(folded(mixed, 27), word(0x94D0, 0x49BB, 0x1331, 0x11EB)), 31)
}

# Percentile bootstrap of the indices (Efron 1979): a matrix of low and high, a column per index; NA where there is none.
bootstrap <- function(counts, draws = 1000, seed = 94) {
  n <- length(counts)
  if (n < 2) return(rbind(concentration(counts), NA)[c(2, 2), , drop = FALSE])
  words <- split_mix(seed, draws * n)
  place <- 0
  for (i in 1:4) place <- (words[, i] * n + place) %/% 65536 # floor(word * n / 2^64)
  drawn <- matrix(sort(counts)[place + 1], n)
  found <- apply(drawn[, colSums(drawn) > 0, drop = FALSE], 2, concentration)
  if (2 * length(found) / 9 < draws) return(matrix(NA, 2, 9, dimnames = list(NULL, names(concentration(1)))))
  apply(found, 1, quantile, c(0.025, 0.975))
}

# Rates drawn to their mean: Marshall's empirical Bayes (Applied Statistics 1991).
shrunken <- function(x, e) {
  mean <- sum(x) / sum(e)
  between <- max(sum(e * (x / e - mean)^2) / sum(e) - mean * length(x) / sum(e), 0)
  mean + (if (between > 0) between / (between + mean / e) else 0) * (x / e - mean)
}

# Mean and limits of the XmR chart, mean +- 2.66 mean|MR|; ranges over 3.267 mean|MR| may be left out once.
individuals <- function(values, screen) {
  ranges <- abs(diff(values))
  kept <- ranges[!screen | ranges <= 3.267 * mean(ranges)]
  mean(values) + c(0, -2.66, 2.66) * mean(kept)
}

# Laney's u' chart (Quality Engineering 2002): centre, sigma_z, values and limits.
u_prime <- function(counts, sizes) {
  centre <- sum(counts) / sum(sizes)
  sigma <- sqrt(centre / sizes)
  sigma_z <- mean(abs(diff((counts / sizes - centre) / sigma))) / 1.128
  reach <- 3 * sigma * sigma_z
  list(centre = centre, sigma_z = sigma_z, value = counts / sizes, low = pmax(centre - reach, 0), high = centre + reach)
}

# By rule, the points that broke it: NHS "Plot the Dots".
signals <- function(chart) {
  n <- length(chart$value)
  runs_of <- function(marks, length, first) {
    starts <- Filter(function(i) all(marks[i + seq_len(length) - 1] == first), seq_len(max(length(marks) - length + 1, 0)))
    unique(unlist(lapply(starts, function(i) i + 0:6)))
  }
  side <- sign(chart$value - chart$centre)
  move <- sign(diff(chart$value))
  reach <- function(limit) chart$centre + (limit - chart$centre) * 2 / 3
  far <- (chart$value > reach(chart$high)) - (chart$value < reach(chart$low))
  pairs <- lapply(seq_len(max(n - 2, 0)), function(i) {
    places <- i + 0:2
    unlist(lapply(c(1, -1), function(d) if (sum(far[places] == d) >= 2) places[far[places] == d]))
  })
  list(
    outside = which(chart$value < chart$low | chart$value > chart$high),
    shift = unique(c(runs_of(side, 7, 1), runs_of(side, 7, -1))),
    trend = unique(c(runs_of(move, 6, 1), runs_of(move, 6, -1))),
    "two-of-three" = unique(unlist(pairs))
  )
}

# Useful points, longest run and its limit, crossings and theirs (Anhoej, PLoS ONE 2014).
runs <- function(values, centre) {
  found <- rle(sign(values - centre)[values != centre])$lengths
  n <- sum(found)
  c(n, max(found, 0), floor(log2(n) + 0.5) + 3, length(found) - 1, qbinom(0.05, n - 1, 0.5))
}

# The last (C+, C-, h) of OpenPrescribing's rule: k = SD/2, h = 5 SD of the window before; after an alert that does not grow,
# target and h are taken anew.
cusum <- function(values, window) {
  level <- function(part) c(mean(part), 5 * sqrt(mean((part - mean(part))^2)))
  near <- function(total) sign(total) * floor(abs(total) * 100 + 0.5) / 100
  now <- level(values[seq_len(window)]) # target and h
  sums <- c(0, 0)
  moved <- function(value) {
    near(c(max(sums[1] + value - (now[1] + now[2] / 10), 0), min(sums[2] + value - (now[1] - now[2] / 10), 0)))
  }
  for (place in seq_along(values)) {
    alert <- (sums[1] > now[2]) - (sums[2] < -now[2])
    if ((sums[1] > now[2] || sums[2] < -now[2]) && place > window) {
      fresh <- level(values[place - window:1])
      now[1] <- fresh[1]
      further <- moved(values[place])
      if (!((alert > 0 && further[1] > sums[1]) || (alert < 0 && further[2] < sums[2]))) {
        now <- fresh
        sums <- c(0, 0)
      }
    }
    sums <- moved(values[place])
  }
  c(sums, now[2])
}

# exp(beta) of one column with 95 % limits, errors scaled by the Pearson dispersion; log link and log exposure as offset
# (McCullagh and Nelder 1989). NA where it runs off, as when a side has no counts.
quasi_poisson <- function(rows, counts, exposures, place) {
  fit <- suppressWarnings(glm.fit(rows, counts, offset = log(exposures), family = poisson(),
                                  control = list(epsilon = 1e-14, maxit = 200)))
  cover <- tryCatch(chol2inv(fit$qr$qr), error = function(error) NULL)
  if (anyNA(fit$coefficients) || is.null(cover) || max(diag(cover)) >= 1e6) return(c(NA, NA, NA))
  mu <- fit$fitted.values
  dispersion <- sum((counts - mu)^2 / mu) / fit$df.residual
  exp(fit$coefficients[[place]] + c(0, -1, 1) * z95 * sqrt(diag(cover)[place] * dispersion))
}

# Effect of a treatment with units (rows) and periods (columns) held fixed, and 95 % limits; NA when it cannot be told.
two_way_effect <- function(outcome, treated) {
  n <- nrow(outcome)
  length <- ncol(outcome)
  if (n == 0 || (n - 1) * (length - 1) - 1 <= 0) return(c(NA, NA, NA))
  held <- list(y = c(outcome), x = c(treated), unit = factor(c(row(outcome))), period = factor(c(col(outcome))))
  found <- suppressWarnings(summary(lm(y ~ unit + period + x, held)))$coefficients
  if (!"x" %in% rownames(found)) return(c(NA, NA, NA))
  found["x", 1] + c(0, -1, 1) * z95 * found["x", 2]
}

# Standard error of an effect for a roll-out, both variances 1 (Hussey and Hughes, Contemp Clin Trials 2007).
hussey_hughes <- function(treated) {
  n <- nrow(treated)
  length <- ncol(treated)
  u <- sum(treated)
  w <- sum(colSums(treated)^2)
  below <- n * u - w + u^2 + n * length * u - length * w - n * sum(rowSums(treated)^2)
  if (below > hair) sqrt(n * (1 + length) / below) else NA
}

# Sizes of the connected parts of a graph with these edges.
parts <- function(one, other) {
  label <- seq_along(one)
  repeat {
    before <- label
    label <- ave(label, one, FUN = min)
    label <- ave(label, other, FUN = min)
    if (all(label == before)) break
  }
  vapply(split(seq_along(one), label), function(edges) length(unique(one[edges])) + length(unique(other[edges])), 0)
}
