# Computes the pooled effect of each analysis of this review again, from data.csv, with metafor alone, and compares it with analyses.csv.
#
#   Rscript reproduce.R
#
# It prints one line for each analysis, and ends with status 1 when any number differs by more than one part in a million.
# Written for metafor 3.8-1 (Debian: r-base-core, r-cran-metafor); with an older release it says so and goes on.

suppressPackageStartupMessages(library(metafor))
if (packageVersion("metafor") < "3.8.1")
  cat("Note: metafor", as.character(packageVersion("metafor")), "is older than 3.8-1, for which this script was written.\n")

TOLERANCE <- 1e-6
analyses <- read.csv("analyses.csv", stringsAsFactors = FALSE)
numbers <- read.csv("data.csv", stringsAsFactors = FALSE)
ratio <- function(a) a$measure %in% c("RR", "OR")
drops <- function(a) if (a$drop00 == "ratios") ratio(a) else as.logical(a$drop00)

# --- effects ------------------------------------------------------------------------------------------------------

two_by_two <- function(a, d) {
  corrected <- escalc(a$measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d,
                      add = as.numeric(a$add), to = a$to, drop00 = drops(a))
  if (a$measure == "RD" && a$correction_form != "cells") # RevMan corrects only the variance of a risk difference
    corrected$yi <- ifelse(is.na(corrected$yi), NA, d$ai / d$n1i - d$ci / d$n2i)
  corrected
}

means <- function(a, d) {
  if (a$measure == "MD" || a$vtype != "RevMan")
    return(escalc(a$measure, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = d))
  n <- d$n1i + d$n2i # Hedges' adjusted g as the Cochrane Statistical Methods Group's document for RevMan 5 has it
  pooled <- sqrt(((d$n1i - 1) * d$sd1i^2 + (d$n2i - 1) * d$sd2i^2) / (n - 2))
  g <- (1 - 3 / (4 * n - 9)) * (d$m1i - d$m2i) / pooled
  data.frame(yi = g, vi = n / (d$n1i * d$n2i) + g^2 / (2 * (n - 3.94)))
}

ratio_of_means <- function(a, d) {
  es <- escalc("ROM", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = d)
  bias <- (d$sd2i^2 / (d$n2i * d$m2i^2) - d$sd1i^2 / (d$n1i * d$m1i^2)) / 2
  if (packageVersion("metafor") < "5.0") bias <- 0 * bias # releases before 5.0 do not correct
  corrected <- if (a$correct == "TRUE") (d$sd1i^2 / (d$n1i * d$m1i^2) - d$sd2i^2 / (d$n2i * d$m2i^2)) / 2 else 0
  data.frame(yi = es$yi + bias + corrected, vi = es$vi)
}

effects_of <- function(a, d) switch(a$measure,
  MD = , SMD = means(a, d),
  ROM = ratio_of_means(a, d),
  IRR = , IRD = escalc(a$measure, x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i, data = d, add = as.numeric(a$add), to = a$to),
  ZCOR = , COR = escalc(a$measure, ri = ri, ni = ni, data = d),
  HR = , GEN = data.frame(yi = d$yi, vi = d$sei^2),
  two_by_two(a, d))

# --- pooling -------------------------------------------------------------------------------------------------------

said <- function(fit, I2 = fit$I2)
  list(k = fit$k, estimate = as.numeric(fit$beta), se = as.numeric(fit$se), ci_lb = fit$ci.lb, ci_ub = fit$ci.ub,
       tau2 = if (is.null(fit$tau2)) 0 else fit$tau2, Q = fit$QE, I2 = I2)

from_q <- function(q, k) if (k > 1 && q > 0) max(0, 100 * (q - (k - 1)) / q) else 0

# A likelihood may have two peaks: the highest is looked for from several starts. metafor's default tolerances stop early.
fitted <- function(a, es) {
  fit <- function(start) {
    control <- list(threshold = 1e-12, tol = 1e-14, maxiter = 10000)
    if (!is.null(start)) control$tau2.init <- start
    rma(yi = es$yi, vi = es$vi, method = a$method, test = a$test, level = a$level, control = control)
  }
  if (!(a$method %in% c("ML", "REML")) || nrow(es) < 2) return(fit(NULL))
  spread <- var(es$yi)
  fits <- lapply(list(NULL, 0, spread / 10, spread, 10 * spread), function(start) tryCatch(fit(start), error = function(e) NULL))
  fits <- Filter(Negate(is.null), fits)
  fits[[which.max(sapply(fits, logLik))]]
}

inverse_variance <- function(a, d, es) {
  fit <- fitted(a, es)
  out <- said(fit, if (a$i2 == "Q") from_q(fit$QE, fit$k) else fit$I2)
  c(out, predicted(a, fit, es))
}

predicted <- function(a, fit, es) {
  none <- list(pi_lb = NA, pi_ub = NA)
  if (a$prediction == "none" || fit$k < 2) return(none)
  wald <- sqrt(1 / sum(1 / (fit$vi + fit$tau2)))
  of <- switch(a$prediction,
    metafor = list(se = fit$se, df = if (a$test == "z") Inf else fit$k - 1),
    V = list(se = wald, df = fit$k - 1),
    HTS = list(se = wald, df = fit$k - 2),
    HK = list(se = rma(yi = fit$yi, vi = fit$vi, tau2 = fit$tau2, test = "knha")$se, df = fit$k - 1))
  if (of$df < 1) return(none)
  half <- qt(1 - (1 - a$level / 100) / 2, of$df) * sqrt(fit$tau2 + of$se^2)
  list(pi_lb = as.numeric(fit$beta) - half, pi_ub = as.numeric(fit$beta) + half)
}

# RevMan: weights and variance (Greenland and Robins 1985) from corrected tables, differences from the tables as they are
risk_difference <- function(d, half) {
  rd <- d$ai / d$n1i - d$ci / d$n2i
  d <- transform(d, ai = ai + half, ci = ci + half, n1i = n1i + 2 * half, n2i = n2i + 2 * half)
  bi <- d$n1i - d$ai; di <- d$n2i - d$ci; n <- d$n1i + d$n2i
  weight <- d$n1i * d$n2i / n
  top <- sum((d$ai * bi * d$n2i^3 + d$ci * di * d$n1i^3) / (d$n1i * d$n2i * n^2))
  list(estimate = sum(weight * rd) / sum(weight), se = sqrt(top) / sum(weight))
}

mantel_haenszel <- function(a, d, es) {
  kept <- if (drops(a)) !((d$ai == 0 & d$ci == 0) | (d$ai == d$n1i & d$ci == d$n2i)) else rep(TRUE, nrow(d))
  d <- d[kept, ]; es <- es[kept, ]
  fit <- rma.mh(ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, measure = a$measure, level = a$level,
                add = c(0, as.numeric(a$mh_add)), to = c("none", a$mh_to), drop00 = FALSE, correct = FALSE)
  mean <- list(estimate = as.numeric(fit$beta), se = fit$se)
  if (a$measure == "RD" && a$mh_variance == "Greenland") {
    zero <- d$ai == 0 | d$ci == 0 | d$ai == d$n1i | d$ci == d$n2i
    half <- ifelse(if (a$mh_to == "only0") zero else FALSE, as.numeric(a$mh_add), 0)
    mean <- risk_difference(d, half)
  }
  use <- !is.na(es$yi) & es$vi > 0
  if (isTRUE(as.logical(a$mh_q_drop00)))
    use <- use & !((d$ai == 0 & d$ci == 0) | (d$ai == d$n1i & d$ci == d$n2i))
  y <- es$yi[use]; v <- es$vi[use]
  q <- sum((y - mean$estimate)^2 / v)
  if (a$method == "DL" && length(y) > 0) { # what RevMan calls M-H, random: Q about the Mantel-Haenszel estimate gives tau2
    w <- 1 / v
    tau2 <- if (length(y) > 1) max(0, (q - (length(y) - 1)) / (sum(w) - sum(w^2) / sum(w))) else 0
    random <- rma(yi = y, vi = v, tau2 = tau2, level = a$level)
    out <- said(random, if (a$i2 == "Q") from_q(q, length(y)) else random$I2)
    out$Q <- q
    return(c(out, predicted(a, random, es)))
  }
  z <- qnorm(1 - (1 - a$level / 100) / 2)
  list(k = nrow(d), estimate = mean$estimate, se = mean$se, ci_lb = mean$estimate - z * mean$se,
       ci_ub = mean$estimate + z * mean$se, tau2 = 0, Q = q, I2 = from_q(q, length(y)), pi_lb = NA, pi_ub = NA)
}

peto <- function(a, d) {
  es <- escalc("PETO", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, add = 0, to = "none")
  inverse_variance(a, d, es[!is.na(es$yi) & es$vi > 0, ])
}

pool <- function(a, d) {
  es <- effects_of(a, d)
  if (a$weighting == "MH") return(mantel_haenszel(a, d, es))
  if (a$weighting == "Peto") return(peto(a, d))
  use <- !is.na(es$yi) & !is.na(es$vi) & es$vi > 0
  inverse_variance(a, d, es[use, ])
}

# --- comparison ---------------------------------------------------------------------------------------------------

compared <- c("k", "estimate", "se", "ci_lb", "ci_ub", "tau2", "I2", "Q", "pi_lb", "pi_ub")
differs <- function(ours, theirs) {
  if (is.na(ours) || is.na(theirs)) return(is.na(ours) != is.na(theirs))
  if (is.infinite(ours) || is.infinite(theirs)) return(ours != theirs)
  abs(ours - theirs) > TOLERANCE * max(1, abs(ours))
}

failed <- 0
for (row in seq_len(nrow(analyses))) {
  a <- analyses[row, ]
  name <- sprintf("%s: %s, run %s", a$id, a$outcome, a$run)
  if (is.na(a$estimate)) { cat("no estimate ", name, "\n", sep = ""); next }
  d <- numbers[numbers$analysis == a$id & numbers$left_out == "", ]
  # metafor warns of studies that it leaves out; data.csv lists them
  theirs <- tryCatch(suppressWarnings(pool(a, d)), error = function(problem) list(problem = conditionMessage(problem)))
  if (!is.null(theirs$problem)) {
    failed <- failed + 1
    cat("NOT DONE    ", name, ": ", theirs$problem, "\n", sep = "")
    next
  }
  wrong <- Filter(function(what) differs(a[[what]], as.numeric(theirs[[what]])), compared)
  failed <- failed + (length(wrong) > 0)
  cat(if (length(wrong)) "DIFFERS     " else "agrees      ", name, "\n", sep = "")
  for (what in wrong) cat(sprintf("              %s: %.10g here, %.10g by metafor\n", what, a[[what]], as.numeric(theirs[[what]])))
}
cat(sprintf("%d of %d analyses agree with metafor %s.\n", nrow(analyses) - failed, nrow(analyses), packageVersion("metafor")))
quit(status = if (failed) 1 else 0)
