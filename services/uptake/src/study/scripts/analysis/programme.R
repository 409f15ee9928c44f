# The programme of this bundle as the indicators ask for it, from data/: calendar, first steps, uses, lists. Base R only.

read_table <- function(name) {
  read.csv(file.path(bundle, name), colClasses = "character", na.strings = "", check.names = FALSE, encoding = "UTF-8")
}

number <- function(text) as.numeric(text)
yes <- function(text) text == "true"

month_of <- function(day) {
  date <- as.POSIXlt(as.Date(day, origin = "1970-01-01"), tz = "UTC")
  (date$year + 1900) * 12 + date$mon
}

first_day <- function(month) as.numeric(as.Date(sprintf("%04d-%02d-01", month %/% 12, month %% 12 + 1)))

month_name <- function(month) sprintf("%04d-%02d", month %/% 12, month %% 12 + 1)

quarter_name <- function(quarter) sprintf("%04dQ%d", quarter %/% 4, quarter %% 4 + 1)

# The same date so many months earlier, or the last of that month.
months_before <- function(day, months) {
  earlier <- month_of(day) - months
  pmin(first_day(earlier) + day - first_day(month_of(day)), first_day(earlier + 1) - 1)
}

# The least of what is known; NA of nothing.
least <- function(...) {
  known <- c(...)
  known <- known[!is.na(known)]
  if (length(known)) min(known) else NA_real_
}

# Everything through the window. Practices are named by their code, those for training left out of `counted`.
read_study <- function() {
  asked <- read_table("data/parameters.csv")
  asked <- setNames(ifelse(is.na(asked$value), "", asked$value), asked$name)
  expected <- c(outcome = "share", metric = "mahalanobis", caliper = "", seed = "", vetoes = "")
  if (any(asked[names(expected)] != expected)) {
    stop("This script makes only samples of the origin's kind: by share, Mahalanobis, ties by code.")
  }
  s <- list(asked = asked, from = number(asked[["from"]]), until = number(asked[["until"]]))
  s$needed <- number(asked[["active_cases"]])
  s$back <- number(asked[["active_months"]])
  takes <- function(rows) rows[asked[["specialty"]] == "" | rows$specialty == asked[["specialty"]], ]

  practices <- read_table("data/practices.csv")
  s$codes <- sort(practices$practice, method = "radix")
  practices <- practices[match(s$codes, practices$practice), ]
  for (column in c("centrality", "closed", "doctors", "nurses", "secretaries", "kilometres", "aged_share", "interpreter_share")) {
    practices[[column]] <- number(practices[[column]])
  }
  rownames(practices) <- s$codes
  s$practices <- practices
  s$test <- setNames(yes(practices$test), s$codes)
  s$counted <- s$codes[!s$test]

  steps <- takes(read_table("data/steps.csv"))
  steps <- steps[number(steps$day) < s$until, ]
  s$first <- function(step) {
    of <- steps[steps$step == step, ]
    days <- tapply(number(of$day), factor(of$practice, s$codes), min)
    setNames(as.numeric(days), s$codes)
  }
  s$equipped <- s$first("equipped")
  # The specialties that each is equipped for, as one word.
  channels <- unique(steps[steps$step == "equipped", c("practice", "specialty")])
  channels <- channels[order(channels$specialty), ]
  s$channels <- sapply(split(channels$specialty, factor(channels$practice, s$codes)), paste, collapse = "\n")
  closed <- ifelse(practices$closed < s$until, practices$closed, NA)
  s$ended <- setNames(pmin(closed, s$first("withdrawn"), na.rm = TRUE), s$codes)

  cases <- takes(read_table("data/cases.csv"))
  for (column in c("submitted", "recorded", "allocated", "answered", "cancelled", "questions")) {
    cases[[column]] <- number(cases[[column]])
  }
  for (column in c("test", "aged", "interpreter")) cases[[column]] <- yes(cases[[column]])
  cases$day <- floor(cases$submitted / 24)
  cases$month <- month_of(cases$day)
  s$every <- cases
  real <- cases[!cases$test & !s$test[cases$practice] & cases$day < s$until, ]
  s$cases <- real[real$day >= s$from, ]
  s$uses <- lapply(split(real$day, factor(real$practice, s$codes)), sort)
  s$counts <- setNames(as.numeric(table(factor(s$cases$practice, s$codes))), s$codes)

  ordinary <- read_table("data/ordinary.csv")
  s$ordinary <- data.frame(practice = ordinary$practice, month = number(ordinary$month), referrals = number(ordinary$referrals))
  s$events <- read_table("data/events.csv")

  # Whole months of the window; per practice and month: live (equipped in it or before, not ended before it began), and the list.
  opening <- month_of(s$from)
  opening <- opening + (first_day(opening) < s$from)
  s$months <- if (opening < month_of(s$until)) seq(opening, month_of(s$until) - 1) else numeric()
  sizes <- read_table("data/list_sizes.csv")
  s$list_size <- function(code, months) {
    of <- sizes[sizes$practice == code, ]
    of <- of[order(number(of$month)), ]
    place <- findInterval(months, number(of$month))
    c(NA, number(of$patients))[place + 1]
  }
  grid <- function(of) matrix(as.numeric(unlist(lapply(s$codes, of))), length(s$codes), length(s$months), TRUE, list(s$codes, s$months))
  opens <- if (length(s$months)) first_day(s$months) else numeric()
  s$live <- 1 == grid(function(code) {
    on <- !is.na(s$equipped[[code]]) & month_of(s$equipped[[code]]) <= s$months
    on & (is.na(s$ended[[code]]) | s$ended[[code]] > opens)
  })
  s$size <- grid(function(code) s$list_size(code, s$months))
  # Patient-years of the live months; NA when a list size is not known.
  s$exposure <- rowSums(ifelse(s$live, s$size, 0)) / 12
  # A cell per case: NA outside the whole months.
  cell <- cbind(match(s$cases$practice, s$codes), match(s$cases$month, s$months))
  s$case_live <- s$live[cell] %in% TRUE
  s$case_listed <- s$case_live & !is.na(s$size[cell])
  s$exposed <- setNames(as.numeric(table(factor(s$cases$practice[s$case_live], s$codes))), s$codes)
  s
}

# Months with exposure: cases and patient-years of the practices whose list is known.
monthly <- function(s) {
  years <- colSums((s$live & !is.na(s$size) & !s$test) * ifelse(is.na(s$size), 0, s$size)) / 12
  counts <- as.numeric(table(factor(s$cases$month[s$case_listed], s$months)))
  data.frame(month = s$months, count = counts, years = years)[years > 0, ]
}

# Uses of the months before each day, this included.
recent <- function(s, uses, day) findInterval(day, uses) - findInterval(months_before(day, s$back), uses)

# I-04: closed beats all; active is so many cases in so many months.
state <- function(s, uses, live, ended, day) {
  seen <- uses[uses <= day]
  if (!is.na(ended) && ended <= day) return("closed")
  live <- least(live, head(seen, 1))
  if (is.na(live) || live > day) return("not-live")
  starts <- if (length(seen)) which(recent(s, seen, seen) >= s$needed) else integer()
  if (recent(s, seen, day) >= s$needed) {
    between <- seen[seq_along(seen) > min(starts) & seq_along(seen) <= max(starts)]
    broken <- length(between) && any(recent(s, seen, between - 1) < s$needed)
    return(if (broken) "reactivated" else "active")
  }
  early <- months_before(day, s$back) < live
  if (!length(seen)) return(if (early) "too-early" else "never-used")
  if (tail(seen, 1) <= months_before(day, 12)) return("dormant")
  if (length(starts)) "lapsed" else if (early) "too-early" else "tried"
}

# The first day of being active, and the end of the fourth quarter in a row.
sustained <- function(s, code) {
  uses <- s$uses[[code]]
  active <- if (length(uses)) uses[recent(s, uses, uses) >= s$needed] else numeric()
  if (!length(active)) return(c(NA, NA))
  live <- if (is.na(s$equipped[[code]])) uses[1] else s$equipped[[code]]
  month <- month_of(min(live, active[1])) %/% 3 * 3 + 3
  row <- 0
  while (first_day(month) - 1 < s$until) {
    kept <- state(s, uses, live, s$ended[[code]], first_day(month) - 1) %in% c("active", "reactivated")
    row <- if (kept) row + 1 else 0
    if (row == 4) return(c(active[1], first_day(month) - 1))
    month <- month + 3
  }
  c(active[1], NA)
}
