# The indicators I-01 to I-22 as definitions/ define them, but for the two fitted curves of I-03. Base R only.

# Every figure by indicator, group and name: value, numerator, denominator, low, high.
make_indicators <- function(s) {
  made <- new.env()
  made$rows <- list()
  add <- function(indicator, group, name, value, numerator, denominator, low = NA_real_, high = NA_real_) {
    if (!length(group)) return(invisible())
    row <- data.frame(indicator, group, name, value, numerator, denominator, low, high)
    made$rows[[length(made$rows) + 1]] <- row
    invisible()
  }
  share <- function(indicator, group, name, count, of) {
    of <- rep_len(of, length(count))
    limits <- wilson(count, of)
    add(indicator, group, name, ifelse(of > 0, count / of, NA), count, of, limits$low, limits$high)
  }
  of <- function(indicator, group, name, found, units) {
    add(indicator, group, name, found[1], units, units, found[2], found[3])
  }
  for (indicator in list(i01_funnel, i02_i03_adoption, i04_activity, i05_retention, i06_i07_i09_rates, i08_concentration,
                         i10_funnel_plot, i11_process, i12_alerts, i13_turnaround, i14_penetration, i15_substitution,
                         i16_networks, i17_i18_effects, i21_i22_quality)) {
    indicator(s, add, share, of)
  }
  do.call(rbind, made$rows)
}

i01_funnel <- function(s, add, share, of) {
  names <- c("offered", "equipped", "trained", "first-use", "active", "sustained")
  first_use <- vapply(s$uses, function(days) if (length(days)) days[1] else NA_real_, 0)
  later <- t(vapply(s$counted, function(code) as.numeric(sustained(s, code)), c(0, 0)))
  steps <- cbind(s$first("offered"), s$equipped, s$first("trained"), first_use)[s$counted, , drop = FALSE]
  recorded <- cbind(steps, later)
  # Whoever passed a later step passed this one.
  last <- apply(recorded, 1, function(days) max(0, which(!is.na(days))))
  counts <- vapply(1:6, function(step) sum(last >= step), 0)
  share("I-01", names, "of-first", counts, counts[1])
  share("I-01", names, "of-previous", counts, counts[c(1, 1:5)])
  for (step in 2:6) {
    from <- recorded[!is.na(recorded[, step - 1]), step - 1]
    to <- recorded[!is.na(recorded[, step - 1]), step]
    curve <- kaplan_meier(ifelse(is.na(to), s$until - from, pmax(to - from, 0)), !is.na(to))
    of("I-01", names[step], "median-days", survival_quantile(curve, 0.5), length(from))
  }
  odd <- apply(recorded, 1, function(days) {
    days <- days[seq_len(max(0, which(!is.na(days))))]
    anyNA(days) || is.unsorted(days)
  })
  add("I-01", "anomalies", "of-first", if (counts[1]) sum(odd) / counts[1] else NA, sum(odd), counts[1])
}

# Practice, days from equipped to first use or to its end, and how it ended.
ways <- function(s) {
  codes <- s$counted[!is.na(s$equipped[s$counted])]
  equipped <- s$equipped[codes]
  last <- pmax(ifelse(is.na(s$ended[codes]), s$until, s$ended[codes]), equipped)
  used <- vapply(s$uses[codes], function(days) if (length(days)) days[1] else Inf, 0)
  event <- used <= last
  end <- ifelse(event, "event", ifelse(is.na(s$ended[codes]), "censored", "competing"))
  data.frame(code = codes, equipped, days = ifelse(event, pmax(used - equipped, 0), last - equipped), end)
}

i02_i03_adoption <- function(s, add, share, of) {
  w <- ways(s)
  n <- nrow(w)
  curve <- kaplan_meier(w$days, w$end == "event")
  longest <- max(0, w$days)
  for (day in c(if (longest > 91) seq(91, longest - 1, 91), longest)) {
    step <- step_at(curve, day)
    value <- if (n) 1 - step$survival else NA
    add("I-02", paste("day", day), "adopted", value, sum(curve$events[curve$time <= day]), n, 1 - step$high, 1 - step$low)
  }
  of("I-02", "all", "median-days", survival_quantile(curve, 0.5), n)
  of("I-02", "all", "mean-days-without-use", if (n) restricted_mean(curve, 365) else NA, n)
  of("I-02", "all", "with-closure-competing", cumulative_incidence(w$days, w$end), n)
  arms <- s$practices[w$code, "arm"]
  names <- sort(unique(arms), method = "radix")
  if (length(names) == 2) {
    p <- with(w[!is.na(arms), ], log_rank(days, end == "event", arms[!is.na(arms)] == names[1]))
    if (!is.na(p)) of("I-02", paste(names, collapse = " | "), "log-rank-p", p, n)
  }
  if (!n) return()
  on <- w$equipped + w$days
  used <- w$end == "event"
  for (quarter in (min(month_of(w$equipped)) %/% 3):(month_of(s$until - 1) %/% 3)) {
    from <- first_day(quarter * 3)
    to <- first_day(quarter * 3 + 3)
    share("I-03", quarter_name(quarter), "hazard", sum(used & on >= from & on < to), sum(w$equipped < to & on >= from))
    share("I-03", quarter_name(quarter), "cumulative-share", sum(used & on < to), sum(w$equipped < to))
  }
}

i04_activity <- function(s, add, share, of) {
  found <- vapply(s$counted, function(c) state(s, s$uses[[c]], s$equipped[[c]], s$ended[[c]], s$until - 1), "")
  names <- c("closed", "not-live", "too-early", "never-used", "tried", "active", "reactivated", "lapsed", "dormant")
  share("I-04", names, "share", as.numeric(table(factor(found, names))), length(found))
}

i05_retention <- function(s, add, share, of, gap = 183) {
  users <- Filter(length, s$uses[s$counted])
  quarters <- lapply(users, function(days) month_of(days) %/% 3)
  first <- vapply(quarters, min, 0)
  complete <- month_of(s$until) %/% 3
  pooled <- matrix(0, max(0, complete - first), 2)
  for (cohort in sort(unique(first))) {
    members <- quarters[first == cohort]
    for (period in seq_len(complete - cohort) - 1) {
      active <- sum(vapply(members, function(days) (cohort + period) %in% days, NA))
      pooled[period + 1, ] <- pooled[period + 1, ] + c(active, length(members))
      share("I-05", paste(quarter_name(cohort), "+", period), "cohort-retained", active, length(members))
    }
  }
  share("I-05", paste("quarter", seq_len(nrow(pooled)) - 1)[seq_len(nrow(pooled))], "retained", pooled[, 1], pooled[, 2])
  lapse <- vapply(users, function(days) days[which(diff(c(days, s$until)) >= gap)[1]] + gap, 0)
  begun <- vapply(users, min, 0)
  curve <- kaplan_meier(ifelse(is.na(lapse), s$until, lapse) - begun, !is.na(lapse))
  of("I-05", "all", "median-days-of-use", survival_quantile(curve, 0.5), length(users))
}

i06_i07_i09_rates <- function(s, add, share, of) {
  codes <- s$counted[rowSums(s$live[s$counted, , drop = FALSE]) > 0]
  x <- s$exposed[codes]
  e <- s$exposure[codes]
  largest <- apply(s$size[codes, , drop = FALSE], 1, function(sizes) max(0, sizes, na.rm = TRUE))
  rated <- !is.na(e) & e > 0 & x <= largest # a known list, and no more referrals than patients
  limits <- garwood(x)
  per <- function(count) ifelse(rated, count / e * 1000, NA)
  add("I-06", codes, "rate", per(x), x, ifelse(is.na(e), 0, e), per(limits$low), per(limits$high))
  codes <- codes[rated]
  x <- x[rated]
  e <- e[rated]
  rates <- x / e * 1000
  n <- length(rates)
  limits <- garwood(sum(x))
  whole <- function(count) if (n) count / sum(e) * 1000 else NA
  add("I-06", "all", "pooled", whole(sum(x)), sum(x), sum(e), whole(limits$low), whole(limits$high))
  add("I-06", "all", "mean-of-practices", if (n) mean(rates) else NA, sum(rates), n)
  add("I-07", codes, "shrunken-rate", shrunken(x, e) * 1000, x, e)
  if (n < 10) return(of("I-09", "all", "decile", NA, n))
  add("I-09", codes, "percent-rank", vapply(rates, function(rate) sum(rates < rate), 0) / (n - 1), n, n)
  add("I-09", paste0(1:9, "0 %"), "decile", quantile(rates, 1:9 / 10), n, n)
  share("I-09", "all", "zero-share", sum(rates == 0), n)
}

i08_concentration <- function(s, add, share, of) {
  every <- s$counts[s$counted]
  every <- every[!is.na(s$equipped[s$counted]) | every > 0]
  top <- function(k) sum(head(sort(every, decreasing = TRUE), k))
  share("I-08", "all", paste0("top-", c(1, 4, 10)), c(top(1), top(4), top(10)), sum(every))
  groups <- list(all = every, users = every[every > 0])
  for (group in names(groups)) {
    counts <- groups[[group]]
    found <- concentration(counts)
    limits <- bootstrap(counts)
    add("I-08", group, names(found), found, sum(counts), length(counts), limits[1, ], limits[2, ])
  }
}

i10_funnel_plot <- function(s, add, share, of) {
  codes <- s$counted[(s$exposure[s$counted] > 0) %in% TRUE]
  x <- s$exposed[codes]
  e <- s$exposure[codes]
  if (!sum(x)) return()
  expected <- sum(x) / sum(e) * e
  limits <- lapply(c(0.001, 0.999), function(tail) ratio_limit(expected, tail))
  add("I-10", codes, "observed-over-expected", x / expected, x, expected, limits[[1]], limits[[2]])
  z <- (x - expected) / sqrt(expected)
  ends <- quantile(z, c(0.1, 0.9))
  of("I-10", "all", "dispersion", mean(pmin(pmax(z, ends[1]), ends[2])^2), length(z))
  equipped <- s$counted[!is.na(s$equipped[s$counted])]
  for (class in sort(unique(number(s$practices[equipped, "centrality"])))) {
    members <- equipped[s$practices[equipped, "centrality"] == class]
    share("I-10", paste("centrality", class), "adopted", sum(lengths(s$uses[members]) > 0), length(members))
  }
}

i11_process <- function(s, add, share, of) {
  m <- monthly(s)
  n <- nrow(m)
  if (n > 1 && sum(m$count) > 0) {
    chart <- u_prime(m$count, m$years / 1000)
    broken <- c(list(rate = seq_len(n)), signals(chart))
    for (name in names(broken)) {
      i <- broken[[name]]
      add("I-11", month_name(m$month[i]), rep(name, length(i)), chart$value[i], m$count[i], m$years[i], chart$low[i], chart$high[i])
    }
    of("I-11", "all", "sigma-z", chart$sigma_z, n)
    of("I-11", "all", "mean", individuals(chart$value, TRUE), n)
    found <- runs(chart$value, chart$centre)
    if (found[1] >= 2) {
      add("I-11", "all", c("longest-run", "crossings"), found[c(2, 4)], found[c(3, 5)], found[1])
    }
  }
  for (code in s$counted) {
    days <- s$uses[[code]][s$uses[[code]] >= s$from]
    if (length(days) > 3 && length(days) < length(s$months)) {
      # Days between rare referrals, made even by the power 1/3.6 (Nelson, 1994).
      found <- pmax(individuals(diff(days)^(1 / 3.6), FALSE), 0)^3.6
      of("I-11", code, "days-between", found, length(days) - 1)
    }
  }
}

i12_alerts <- function(s, add, share, of, window = 12) {
  for (code in s$counted) {
    live <- which(s$live[code, ])
    if (!length(live) || max(live) != length(s$months)) next
    sizes <- s$size[code, live]
    if (anyNA(sizes) || any(sizes <= 0) || length(live) <= window) {
      of("I-12", code, "cusum", NA, length(live))
      next
    }
    rates <- as.numeric(table(factor(month_of(s$uses[[code]]), s$months[live]))) / sizes * 1000
    near <- tail(sizes, window + 1)
    found <- cusum(rates, window)
    alert <- (found[1] > found[3]) - (found[2] < -found[3])
    jumped <- any(abs(near[-1] / near[-length(near)] - 1) > 0.2)
    add("I-12", code, "cusum", if (jumped) NA else alert, if (found[1] >= -found[2]) found[1] else found[2], found[3])
  }
}
