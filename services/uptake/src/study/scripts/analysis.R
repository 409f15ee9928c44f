# Makes every figure of this bundle again, from the tables in data/, and compares it with the bundle's tables.
#
#     Rscript analysis.R             prints every figure that differs; fails if one does, or if there was none to compare
#     Rscript analysis.R --figures   also draws figures/*.pdf
#
# Only base R, 4.1 or newer. What is counted is said in definitions/; how it is estimated in analysis/, each formula with its source.
# Days are days since 1970, months months since year 0, hours hours since 1970, all on the clocks of Oslo.
# Not made again: the two fitted curves of I-03 (bass-market, ten-to-ninety-quarters), which need an optimiser.

own <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
bundle <- if (length(own)) dirname(normalizePath(own[1])) else getwd()
options(warn = 1, stringsAsFactors = FALSE)
for (part in c("programme", "estimators", "indicators", "cases", "matching", "charts")) {
  source(file.path(bundle, "analysis", paste0(part, ".R")), encoding = "UTF-8")
}

fitted <- "I-17" # by iteration
not_made_again <- c("I-03 bass-market", "I-03 ten-to-ninety-quarters")

# I-20: the top users, the pool with its exclusions, and who stands beside whom.
make_sample <- function(s) {
  asked <- s$asked
  partners <- number(asked[["partners"]])
  reserves <- number(asked[["reserves"]])
  used <- s$counted[s$counts[s$counted] > 0]
  ranked <- used[order(-s$counts[used])]
  chosen <- head(ranked, number(asked[["users"]]))

  size <- vapply(s$codes, function(code) s$list_size(code, month_of(s$until - 1)), 0)
  size[!(size > 0) %in% TRUE] <- NA
  p <- s$practices
  known <- cbind(
    "log list size" = log(size), "list size" = size,
    "patients per doctor" = ifelse(p$doctors > 0, size / p$doctors, NA),
    staff = p$doctors + p$nurses + p$secretaries, kilometres = p$kilometres, "share 65+" = p$aged_share
  )
  rownames(known) <- s$codes
  values <- known[, strsplit(asked[["covariates"]], "; ")[[1]], drop = FALSE]
  complete <- setNames(rowSums(is.na(values)) == 0, s$codes)

  recently <- s$equipped + number(asked[["equipped_days"]]) > s$until
  excluded <- ifelse(s$test, "for training",
    ifelse(lengths(s$uses) > 0, "used the service",
      ifelse(!is.na(s$ended) | !is.na(p$merged_into), "closed, merged or withdrawn",
        ifelse(is.na(s$equipped), "never equipped",
          ifelse(recently, "equipped too recently", ifelse(complete, "", "a covariate is not known"))))))
  names(excluded) <- s$codes

  users <- chosen[complete[chosen]]
  pool <- s$counted[excluded[s$counted] == ""]
  measured <- distances(values[users, , drop = FALSE], values[pool, , drop = FALSE])
  # What partners must share: the class of centrality and the specialties equipped for.
  exact <- setNames(paste(p$centrality, s$channels[s$codes]), s$codes)
  cost <- measured$cost
  cost[outer(exact[users], exact[pool], "!=")] <- Inf
  pairs <- function(given) {
    row <- rep(seq_along(users), lengths(given))
    column <- as.integer(unlist(given))
    data.frame(user = users[row], partner = pool[column], distance = cost[cbind(row, column)])
  }
  list(
    ranked = ranked, chosen = chosen, users = users, pool = pool, excluded = excluded, values = values,
    mahalanobis = measured$mahalanobis, condition = measured$condition, partners = partners, reserves = reserves,
    optimal = pairs(optimal(cost, partners)), greedy = pairs(greedy(cost, partners)),
    second = pairs(optimal(cost, partners + reserves))
  )
}

balance_table <- function(sample) {
  of <- function(codes, name) unname(sample$values[codes, name])
  rows <- lapply(colnames(sample$values), function(name) {
    balance(of(sample$users, name), of(sample$pool, name), of(sample$optimal$partner, name))
  })
  data.frame(covariate = colnames(sample$values), do.call(rbind, rows))
}

# Users, partners, and who steps in for either.
seats <- function(s, sample) {
  seat <- function(practice, group, beside, rank) {
    if (length(practice)) data.frame(practice, group, beside, rank) else NULL
  }
  after <- head(sample$ranked[-seq_along(sample$chosen)], sample$reserves)
  found <- rbind(
    seat(sample$chosen, "user", NA, 0), seat(sample$optimal$partner, "non-user", sample$optimal$user, 0),
    seat(after, "reserve-user", NA, seq_along(after))
  )
  for (user in sample$chosen) {
    spare <- sample$second[sample$second$user == user & !sample$second$partner %in% found$practice, ]
    spare <- head(spare$partner[order(spare$distance, spare$partner, method = "radix")], sample$reserves)
    found <- rbind(found, seat(spare, "reserve-non-user", user, seq_along(spare)))
  }
  if (is.null(found)) return(data.frame())
  meet <- vapply(found$practice, function(code) {
    paste(c("doctor", "nurse", "secretary")[s$practices[code, c("doctors", "nurses", "secretaries")] > 0], collapse = " ")
  }, "")
  data.frame(found, meet = ifelse(meet == "", NA, meet), consent = "not-asked")
}

# The lines of the protocol that hold figures.
protocol_lines <- function(s, sample) {
  told <- function(value) ifelse(is.na(value), "undefined", sprintf("%.9f", value))
  list_of <- function(codes) paste(codes, collapse = ", ")
  all <- sum(s$counts)
  k80 <- if (all > 0) fewest(s$counts, 0.8) else 0
  unknown <- setdiff(sample$chosen, sample$users)
  reasons <- c("used the service", "never equipped", "equipped too recently", "closed, merged or withdrawn",
               "a covariate is not known", "for training")
  exclusion <- function(reason) {
    codes <- names(sample$excluded)[sample$excluded == reason]
    sprintf("excluded, %s: %d %s", reason, length(codes), paste(codes, collapse = " "))
  }
  metric <- if (sample$mahalanobis) "Mahalanobis" else "standardised Euclidean"
  warning <- if (sample$condition > 30) "; over 30: covariates say the same, prefer ranks or ratios" else ""
  condition <- if (is.finite(sample$condition)) sprintf("%.9f", sample$condition) else "inf"
  pairs <- sample$optimal
  few <- Filter(function(user) sum(pairs$user == user) < sample$partners, sample$users)
  table <- balance_table(sample)
  c(
    sprintf("users with a referral: %d, 80 %% by %d", length(sample$ranked), as.integer(k80)),
    sprintf("chosen: %s with %.9f of all referrals", list_of(sample$chosen), sum(s$counts[sample$chosen]) / max(all, 1)),
    if (length(unknown)) paste("without a partner, as a covariate is not known:", list_of(unknown)),
    sprintf("pool: equipped for %s days, open, never used: %d", s$asked[["equipped_days"]], length(sample$pool)),
    vapply(reasons, exclusion, ""),
    sprintf("distance: %s, pooled within groups on %s", metric, list_of(colnames(sample$values))),
    sprintf("condition number: %s%s", condition, warning),
    sprintf("pair: %s with %s, distance %.9f", pairs$user, pairs$partner, pairs$distance),
    sprintf("total: %.9f, greedy %.9f", sum(pairs$distance), sum(sample$greedy$distance)),
    if (length(few)) paste("too few partners:", list_of(few)),
    sprintf("standardised mean difference of %s: %s before, %s after", table[[1]], told(table[[6]]), told(table[[8]]))
  )
}

seen <- new.env()
seen$figures <- 0
seen$differing <- 0

# Cells of a table: numbers by the relative difference, words as they are; an empty one is not known.
compare <- function(where, theirs, ours, tolerance = 1e-9) {
  some <- !is.na(theirs) | !is.na(ours)
  same <- if (is.numeric(ours)) {
    told <- suppressWarnings(number(theirs))
    abs(told - ours) <= pmax(tolerance * pmax(abs(told), abs(ours)), 1e-12)
  } else {
    theirs == ours
  }
  same <- same %in% TRUE | (is.na(theirs) & is.na(ours))
  seen$figures <- seen$figures + sum(some)
  seen$differing <- seen$differing + sum(!same)
  for (i in which(!same)) {
    shown <- if (is.numeric(ours)) format(ours[i], digits = 15) else ours[i]
    cat(sprintf("%s: %s in the bundle, %s here\n", where[i], ifelse(is.na(theirs[i]), "nothing", theirs[i]),
                ifelse(is.na(ours[i]), "nothing", shown)))
  }
}

# A table in its order.
compare_table <- function(name, rows) {
  told <- read_table(name)
  compare(paste0(name, ", lines"), as.character(nrow(told)), nrow(rows))
  n <- min(nrow(told), nrow(rows))
  for (i in seq_len(if (n) ncol(told) else 0)) {
    compare(sprintf("%s, line %d, %s", name, seq_len(n), colnames(told)[i]), told[[i]][seq_len(n)], unname(rows[[i]][seq_len(n)]))
  }
}

# A table of indicators, found by indicator, group and name; of equal lines the first, the second and so on.
compare_indicators <- function(name, made) {
  told <- read_table(name)
  told <- told[!paste(told$indicator, told$name) %in% not_made_again, ]
  keyed <- function(rows) {
    key <- paste(rows$indicator, rows$group, rows$name)
    paste0(key, ifelse(duplicated(key), paste(" again", ave(seq_along(key), key, FUN = seq_along)), ""))
  }
  key <- keyed(told)
  place <- match(key, keyed(made))
  tolerance <- ifelse(told$indicator %in% fitted, 1e-6, 1e-9)
  for (column in c("value", "numerator", "denominator", "low", "high")) {
    compare(paste(name, key, column, sep = ", "), told[[column]], made[[column]][place], tolerance)
  }
  more <- made[!keyed(made) %in% key, ]
  compare(paste(name, keyed(more), "line", sep = ", "), rep(NA_character_, nrow(more)), more$numerator)
}

# Lines of a text that begin like these, word by word; numbers to the six decimals that are printed.
compare_lines <- function(name, made) {
  head_of <- function(lines) sub(":.*", "", lines)
  text <- readLines(file.path(bundle, name), encoding = "UTF-8")
  optional <- c("too few partners", "without a partner, as a covariate is not known", "pair")
  told <- text[head_of(text) %in% c(head_of(made), optional)]
  compare(paste0(name, ", lines"), as.character(length(told)), length(made))
  words <- function(line) strsplit(trimws(line), "[ ,:;]+")[[1]]
  for (i in seq_len(min(length(told), length(made)))) {
    theirs <- words(told[i])
    ours <- words(made[i])
    if (length(theirs) != length(ours)) {
      compare(name, told[i], made[i])
      next
    }
    decimal <- grepl("^-?[0-9]+\\.[0-9]+$", ours)
    near <- decimal & suppressWarnings(abs(number(theirs) - number(ours)) <= pmax(6e-7, 1e-9 * abs(number(ours)))) %in% TRUE
    compare(rep(paste0(name, ", ", told[i]), length(ours)), theirs, ifelse(near, theirs, ours))
  }
}

study <- read_study()
made <- make_indicators(study)
sample <- make_sample(study)
compare_indicators("indicators.csv", made)
compare_indicators("funnel.csv", made[made$indicator == "I-01", ])
referrals <- unname(study$counts[sample$ranked])
compare_table("concentration.csv", data.frame(
  seq_along(referrals), sample$ranked, referrals, referrals / sum(referrals), cumsum(referrals), cumsum(referrals) / sum(referrals)
))
pairs <- rbind(sample$optimal, sample$greedy)
assignment <- rep(c("optimal", "greedy"), c(nrow(sample$optimal), nrow(sample$greedy)))
raw <- lapply(pairs[c("user", "partner")], function(codes) unname(sample$values[codes, , drop = FALSE]))
compare_table("sample.csv", data.frame(assignment, pairs, raw$user, raw$partner))
compare_table("balance.csv", balance_table(sample))
compare_table("frame.csv", seats(study, sample))
compare_lines("protocol.txt", protocol_lines(study, sample))
if ("--figures" %in% commandArgs(TRUE)) draw(file.path(bundle, "figures"), study, sample, made)
cat(sprintf("figures=%d differing=%d\n", seen$figures, seen$differing))
quit(status = if (seen$differing > 0 || seen$figures == 0) 1 else 0)
