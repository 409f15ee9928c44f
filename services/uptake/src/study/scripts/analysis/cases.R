# The indicators of cases and their waits, people, networks and effects: I-13 to I-22. Base R only.

# Office hours between two instants: Monday to Friday, 8 to 16.
working_hours <- function(from, to) {
  mapply(function(from, to) {
    if (to <= from) return(0)
    days <- (from %/% 24):(to %/% 24)
    days <- days[(days + 3) %% 7 < 5] # 1 January 1970 was a Thursday
    sum(pmax(pmin(to, days * 24 + 16) - pmax(from, days * 24 + 8), 0))
  }, from, to)
}

faulty <- function(cases) {
  early <- cases$answered < cases$submitted | (cases$answered < cases$allocated) %in% TRUE
  early %in% TRUE
}

i13_turnaround <- function(s, add, share, of, enough = 10) {
  cut <- s$until * 24
  sound <- s$cases[!faulty(s$cases), ]
  cancelled <- ifelse((sound$cancelled < cut) %in% TRUE, sound$cancelled, NA)
  # Waits until something; withdrawn and open cases are censored.
  curve_of <- function(at, clock) {
    at[(at >= cut) %in% TRUE] <- NA
    event <- (!is.na(at) & (is.na(cancelled) | at <= cancelled))
    end <- ifelse(event, at, pmax(ifelse(is.na(cancelled), cut, cancelled), sound$submitted))
    kept <- is.na(at) | at >= sound$submitted
    time <- as.numeric(clock(sound$submitted, end))
    list(curve = kaplan_meier(time[kept], event[kept]), n = sum(kept))
  }
  hours <- function(from, to) to - from
  waits <- list(
    "answer-hours" = curve_of(sound$answered, hours),
    "answer-working-hours" = curve_of(sound$answered, working_hours),
    "allocation-hours" = curve_of(sound$allocated, hours)
  )
  for (name in names(waits)) {
    for (part in c(50, 75, 90)) {
      w <- waits[[name]]
      of("I-13", paste0("p", part), name, if (w$n < enough) NA else survival_quantile(w$curve, part / 100), w$n)
    }
  }
  w <- waits[["answer-hours"]]
  for (within in list(c("within-24h", 24), c("within-3d", 72), c("within-7d", 168))) {
    step <- step_at(w$curve, number(within[2]))
    found <- 1 - c(step$survival, step$high, step$low)
    of("I-13", "all", within[1], if (w$n < enough) NA else found, w$n)
  }
  n <- nrow(sound)
  share("I-13", "all", "unanswered", sum(is.na(sound$answered) | sound$answered >= cut), n)
  share("I-13", "all", "asked-for-more", sum(sound$questions > 0), n)
  share("I-13", "all", "clock-errors", nrow(s$cases) - n, nrow(s$cases))
}

i14_penetration <- function(s, add, share, of) {
  roles <- c(doctors = "doctor", nurses = "nurse", secretaries = "secretary")
  for (code in s$counted[s$counts[s$counted] > 0]) {
    people <- table(s$cases[s$cases$practice == code, c("role", "sender")])
    for (name in names(roles)) {
      using <- if (roles[[name]] %in% rownames(people)) sum(people[roles[[name]], ] > 0) else 0
      share("I-14", code, name, min(using, s$practices[code, name]), s$practices[code, name])
    }
    counts <- people[people > 0]
    share("I-14", code, "busiest-share", max(counts), sum(counts))
    of("I-14", code, "bus-factor", fewest(counts, 0.5), length(counts))
  }
}

i15_substitution <- function(s, add, share, of) {
  known <- s$ordinary[s$ordinary$month %in% s$months & !s$test[s$ordinary$practice], ]
  key <- paste(known$practice, known$month)
  known <- known[!duplicated(key, fromLast = TRUE), ]
  beside <- s$cases$month[paste(s$cases$practice, s$cases$month) %in% key]
  quarters <- sort(unique(known$month %/% 3))
  service <- as.numeric(table(factor(beside %/% 3, quarters)))
  ordinary <- vapply(quarters, function(quarter) sum(trunc(known$referrals[known$month %/% 3 == quarter])), 0)
  share("I-15", quarter_name(quarters), rep("share", length(quarters)), service, service + ordinary)
  share("I-15", "all", "share", sum(service), sum(service) + sum(ordinary))
}

i16_networks <- function(s, add, share, of) {
  answered <- s$cases[(s$cases$answered < s$until * 24) %in% TRUE, ]
  edges <- unique(data.frame(quarter = answered$month %/% 3, one = answered$practice, other = answered$specialist))
  for (quarter in unique(edges$quarter)) {
    now <- edges[edges$quarter == quarter, ]
    name <- quarter_name(quarter)
    pairs <- length(unique(now$one)) * length(unique(now$other))
    sizes <- parts(now$one, now$other)
    add("I-16", name, "density", nrow(now) / pairs, nrow(now), pairs)
    of("I-16", name, "components", length(sizes), sum(sizes))
    add("I-16", name, "giant-share", max(sizes) / sum(sizes), max(sizes), sum(sizes))
    before <- edges[edges$quarter == quarter - 1, ]
    if (nrow(before)) {
      kept <- sum(paste(now$one, now$other, sep = "\n") %in% paste(before$one, before$other, sep = "\n"))
      either <- nrow(now) + nrow(before) - kept
      add("I-16", name, "jaccard", kept / either, kept, either)
    }
  }
}

i17_i18_effects <- function(s, add, share, of) {
  m <- monthly(s)
  n <- nrow(m)
  t <- seq_len(n)
  for (i in which(yes(s$events$interruption) & is.na(s$events$practice))) {
    before <- sum(m$month < month_of(number(s$events$day[i])))
    found <- NA
    if (before >= 8 && n - before >= 8) {
      rows <- cbind(1, t, t > before, pmax(t - before, 0), if (n >= 24) cbind(sinpi(t / 6), cospi(t / 6)))
      found <- quasi_poisson(rows, m$count, m$years, 3)
    }
    of("I-17", s$events$kind[i], "step-rate-ratio", found, n)
  }
  if (!length(s$months)) return()
  start <- s$months[1] %/% 3
  periods <- seq_len(length(s$months) %/% 3) - 1
  known <- s$ordinary[s$ordinary$month %in% s$months & !s$test[s$ordinary$practice], ]
  cells <- list(factor(known$practice, s$counted), factor(known$month %/% 3 - start, periods))
  sums <- tapply(known$referrals, cells, sum)
  any_known <- s$counted %in% known$practice
  full <- any_known & rowSums(is.na(sums)) == 0
  since <- (month_of(s$equipped[s$counted]) %/% 3 - start)[full]
  treated <- outer(ifelse(is.na(since), Inf, since), periods, "<=") + 0
  of("I-18", "all", "effect", two_way_effect(sums[full, , drop = FALSE], treated), sum(full))
  of("I-18", "all", "design-standard-error", hussey_hughes(treated), sum(full))
}

i21_i22_quality <- function(s, add, share, of) {
  for (group in list(c("aged-65", "aged", "aged_share"), c("interpreter", "interpreter", "interpreter_share"))) {
    had <- s$cases[[group[2]]]
    of_list <- s$practices[s$cases$practice, group[3]]
    known <- !is.na(had) & (of_list > 0) %in% TRUE
    n <- sum(known)
    count <- sum(had[known])
    expected <- sum(of_list[known])
    limits <- wilson(count, n)
    scaled <- function(value) if (n) value / expected else NA
    add("I-21", "all", group[1], scaled(count), count, expected, scaled(limits$low * n), scaled(limits$high * n))
  }
  last <- month_of(s$until - 1)
  opening <- month_of(s$from)
  n <- nrow(s$cases)
  known <- vapply(s$counted, function(code) !is.na(s$list_size(code, last)), NA)
  share("I-22", "all", "list-known", sum(known), length(known))
  share("I-22", "all", "late", sum(s$cases$recorded - s$cases$submitted > 7 * 24), n)
  share("I-22", "all", "clock-errors", sum(faulty(s$cases) | s$cases$recorded < s$cases$submitted), n)
  every <- sum(s$every$day >= s$from & s$every$day < s$until)
  share("I-22", "all", "test-share", every - n, every)
  touched <- last - opening + 1
  cut <- (first_day(opening) < s$from) + (first_day(last + 1) > s$until && last >= opening)
  share("I-22", "all", "incomplete-periods", min(cut, touched), touched)
  users <- s$counted[lengths(s$uses[s$counted]) > 0]
  first_use <- vapply(s$uses[users], min, 0)
  before <- is.na(s$equipped[users]) | first_use < s$equipped[users]
  share("I-22", "all", "used-before-equipped", sum(before), length(users))
}
