# Four charts of the study as PDF. Base R only.

draw <- function(folder, s, sample, made) {
  dir.create(folder, showWarnings = FALSE)
  blue <- "#1f4e8c"
  grey <- "#8a8a8a"
  chart <- function(name, paint) {
    pdf(file.path(folder, paste0(name, ".pdf")), width = 6, height = 4.5)
    on.exit(dev.off())
    paint()
  }

  chart("adoption", function() {
    w <- ways(s)
    curve <- kaplan_meier(w$days, w$end == "event")
    plot(c(0, curve$time), c(0, 1 - curve$survival), type = "s", col = blue, lwd = 2, ylim = c(0, 1), bty = "l",
         xlab = "days since equipped", ylab = "share that used it", main = "Adoption (Kaplan-Meier, log-log 95 %)")
    lines(curve$time, 1 - curve$low, type = "s", col = grey)
    lines(curve$time, 1 - curve$high, type = "s", col = grey)
  })

  chart("lorenz", function() {
    every <- s$counts[s$counted]
    every <- every[!is.na(s$equipped[s$counted]) | every > 0]
    plot(0:1, 0:1, type = "l", lty = 3, col = grey, bty = "l", xlab = "share of practices", ylab = "share of referrals",
         main = "Concentration of use (Lorenz)")
    lorenz <- function(counts, colour) {
      lines(seq(0, 1, length.out = length(counts) + 1), c(0, cumsum(sort(counts)) / max(sum(counts), 1)), col = colour, lwd = 2)
    }
    lorenz(every, blue)
    lorenz(every[every > 0], grey)
    legend("topleft", c("all equipped", "users"), col = c(blue, grey), lwd = 2, bty = "n")
  })

  chart("funnel", function() {
    rows <- made[made$indicator == "I-01" & made$name == "of-first" & made$group != "anomalies", ]
    rows <- rows[rev(seq_len(nrow(rows))), ]
    par(mar = c(4, 6, 3, 1), las = 1)
    middle <- barplot(rows$numerator, horiz = TRUE, names.arg = rows$group, col = blue, border = NA, xlab = "practices",
                      xlim = c(0, 1.25 * max(rows$numerator, 1)), main = "From offered to sustained")
    text(rows$numerator, middle, paste(rows$numerator, "of", rows$denominator), pos = 4, cex = 0.8)
  })

  chart("love", function() {
    table <- balance_table(sample)
    table <- table[rev(which(!is.na(table[[6]]) & !is.na(table[[8]]))), ]
    differences <- cbind(table[[6]], table[[8]])
    dotchart(differences[, 1], labels = table[[1]], xlim = range(c(-0.1, 0.1, differences)), pch = 1, color = grey,
             xlab = "standardised mean difference (pooled)", main = "Balance of users and partners")
    points(differences[, 2], seq_len(nrow(table)), pch = 19, col = blue)
    abline(v = 0, col = grey)
    legend("bottomright", c("before", "after"), pch = c(1, 19), col = c(grey, blue), bty = "n")
  })
  cat("drawn: figures/adoption.pdf, lorenz.pdf, funnel.pdf, love.pdf\n")
}
