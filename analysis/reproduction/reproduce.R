# Computes every pooled number of this review again, from data.csv, with metafor alone, and compares it with analyses.csv and
# further.csv.
#
#   Rscript reproduce.R
#
# It prints one line for each result, and ends with status 1 when any number differs by more than one part in a million.
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
  PLO = , PLN = , PR = escalc(a$measure, xi = xi, ni = ni, data = d, add = as.numeric(a$add), to = a$to),
  PFT = , PAS = escalc(a$measure, xi = xi, ni = ni, data = d, add = 0, to = "none"), # which need no correction
  IRLN = , IR = escalc(a$measure, xi = xi, ti = ti, data = d, add = as.numeric(a$add), to = a$to),
  IRS = escalc(a$measure, xi = xi, ti = ti, data = d, add = 0, to = "none"),
  HR = , GEN = data.frame(yi = d$yi, vi = d$sei^2),
  two_by_two(a, d))

# --- pooling -------------------------------------------------------------------------------------------------------

said <- function(fit, I2 = fit$I2)
  list(k = fit$k, estimate = as.numeric(fit$beta), se = as.numeric(fit$se), ci_lb = fit$ci.lb, ci_ub = fit$ci.ub, p = fit$pval,
       tau2 = if (is.null(fit$tau2)) 0 else fit$tau2, Q = fit$QE, I2 = I2)

from_q <- function(q, k) if (k > 1 && q > 0) max(0, 100 * (q - (k - 1)) / q) else 0

# A likelihood may have two peaks: the highest is looked for from several starts. metafor's default tolerances stop early;
# the threshold is one of tau2, which is large where effects are large
closely <- function(y) {
  spread <- if (length(y) > 1) var(y) else 0
  list(threshold = 1e-12 * max(1, spread), tol = 1e-14, maxiter = 10000)
}
# whole steps of an iteration may lead to and fro; smaller ones settle
settled <- function(compute) {
  for (step in c(1, 0.5)) {
    found <- tryCatch(compute(step), error = function(e) NULL)
    if (!is.null(found)) return(found)
  }
  compute(0.2)
}
fitted <- function(a, es, columns = NULL) {
  fit <- function(start, step = 1) {
    control <- c(closely(es$yi), stepadj = step)
    if (!is.null(start)) control$tau2.init <- start
    how <- list(yi = es$yi, vi = es$vi, method = a$method, test = a$test, level = a$level, control = control)
    do.call(rma, if (is.null(columns)) how else c(how, list(mods = columns, intercept = FALSE)))
  }
  if (!(a$method %in% c("ML", "REML")) || nrow(es) < 2) return(settled(function(step) fit(NULL, step)))
  spread <- var(es$yi)
  from <- function(step) Filter(Negate(is.null), lapply(list(NULL, 0, spread / 10, spread, 10 * spread),
    function(start) tryCatch(fit(start, step), error = function(e) NULL)))
  fits <- from(1)
  if (!length(fits)) fits <- from(0.2)
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
       ci_ub = mean$estimate + z * mean$se, p = 2 * pnorm(-abs(mean$estimate / mean$se)),
       tau2 = 0, Q = q, I2 = from_q(q, length(y)), pi_lb = NA, pi_ub = NA)
}

peto_effects <- function(d) escalc("PETO", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = d, add = 0, to = "none")

peto <- function(a, d) {
  es <- peto_effects(d)
  inverse_variance(a, d, es[usable(es), ])
}

usable <- function(es) !is.na(es$yi) & !is.na(es$vi) & es$vi > 0

# es: the effects of the studies in d
pool <- function(a, d, es) {
  if (a$weighting == "MH") return(mantel_haenszel(a, d, es))
  if (a$weighting == "Peto") return(peto(a, d))
  inverse_variance(a, d, es[usable(es), ])
}

# --- beside the pooled effect -------------------------------------------------------------------------------------

# The weighted mean of the groups, and whether they lie further from it than their errors let expect
between <- function(groups) {
  y <- sapply(groups, function(each) each$estimate)
  w <- sapply(groups, function(each) 1 / each$se^2)
  q <- sum(w * (y - sum(w * y) / sum(w))^2)
  list(Q_between = q, Q_df = length(y) - 1, Q_p = pchisq(q, length(y) - 1, lower.tail = FALSE))
}

# Groups with one variance between studies: the regression on them without an intercept, and whether their effects are one
in_common <- function(a, es, values, told) {
  use <- usable(es) & !is.na(values$by)
  es <- es[use, ]; value <- values$by[use]
  levels <- sub("^estimate ", "", grep("^estimate ", names(told), value = TRUE))
  x <- matrix(sapply(levels, function(level) as.numeric(value == level)), ncol = length(levels))
  how <- if (nrow(x) > ncol(x)) a else within(a, { method <- "EE"; test <- "z" })
  fit <- fitted(how, es, x)
  out <- list(tau2 = fit$tau2, Q_between = NA, Q_df = length(levels) - 1, Q_p = NA)
  if (length(levels) > 1) {
    apart <- cbind(1, -diag(length(levels) - 1))
    beta <- apart %*% fit$beta
    chi2 <- as.numeric(t(beta) %*% solve(apart %*% fit$vb %*% t(apart)) %*% beta)
    if (how$test == "z") out[c("Q_between", "Q_p")] <- list(chi2, pchisq(chi2, out$Q_df, lower.tail = FALSE))
    else out[c("Q_between", "Q_p")] <- list(chi2 / out$Q_df, pf(chi2 / out$Q_df, out$Q_df, fit$k - fit$p, lower.tail = FALSE))
  }
  for (i in seq_along(levels)) {
    group <- es[value == levels[i], ]
    alone <- rma(yi = group$yi, vi = group$vi, tau2 = fit$tau2, test = a$test, level = a$level)
    of <- c(list(k = nrow(group), estimate = fit$beta[i], se = fit$se[i], p = fit$pval[i], ci_lb = fit$ci.lb[i], ci_ub = fit$ci.ub[i],
                 Q = alone$QE), predicted(a, alone, group))
    out[paste(names(of), levels[i])] <- of
  }
  out
}

# Columns are named as metafor names those of ~ by or ~ factor(by); of several characteristics these are by1, by2 ...
# At the end, three points of the line with its band
regression <- function(a, es, values, told) {
  use <- usable(es) & Reduce(`&`, lapply(values, function(value) !is.na(value)))
  es <- es[use, ]; values <- lapply(values, function(value) value[use])
  coefficients <- sub("^estimate ", "", grep("^estimate ", names(told), value = TRUE))
  column <- function(name)
    if (name == "intrcpt") rep(1, nrow(es)) else if (name %in% names(values)) as.numeric(values[[name]])
    else as.numeric(values[[sub("^factor\\((by[0-9]*)\\).*", "\\1", name)]] == sub("^factor\\(by[0-9]*\\)", "", name))
  x <- matrix(sapply(coefficients, column), ncol = length(coefficients))
  # with as many columns as studies nothing is left from which a variance could be told
  fit <- fitted(if (nrow(x) > ncol(x)) a else within(a, { method <- "EE"; test <- "z" }), es, x)
  alone <- fitted(a, es)
  h2 <- function(of) if (of$k > of$p) of$QE / (of$k - of$p) else 1
  # with one common effect there is no variance between studies to explain; what exceeds chance is told by Q
  left <- if (a$method == "EE") c(h2(alone), h2(fit)) else c(alone$tau2, fit$tau2)
  left[left < 1e-9 * median(es$vi)] <- 0 # an iteration ends beside zero
  out <- list(k = fit$k, tau2 = fit$tau2, I2 = if (a$method == "EE") from_q(fit$QE, fit$k - fit$p + 1) else fit$I2,
              R2 = if (left[1] > 0) 100 * max(0, 1 - left[2] / left[1]) else if (left[2] > 0) 0 else NA,
              QM = fit$QM, QM_df = length(fit$btt), QM_p = fit$QMp, QE = fit$QE, QE_p = fit$QEp)
  if (identical(coefficients, "intrcpt")) out[c("QM", "QM_df", "QM_p")] <- list(NA, 0, NA)
  for (i in seq_along(coefficients)) {
    of <- list(estimate = fit$beta[i], se = fit$se[i], p = fit$pval[i], ci_lb = fit$ci.lb[i], ci_ub = fit$ci.ub[i])
    out[paste(names(of), coefficients[i])] <- of
  }
  alpha <- (1 - a$level / 100) / 2
  crit <- if (a$test == "z" || fit$k == fit$p) qnorm(1 - alpha) else qt(1 - alpha, fit$k - fit$p)
  for (point in sub("^line x ", "", grep("^line x ", names(told), value = TRUE))) {
    at <- c(1, min(x[, 2]) + as.numeric(point) / 40 * diff(range(x[, 2])))
    y <- sum(at * fit$beta); half <- crit * sqrt(as.numeric(at %*% fit$vb %*% at))
    out[paste("line", c("x", "estimate", "ci_lb", "ci_ub"), point)] <- list(at[2], y, y - half, y + half)
  }
  out
}

weighted_line <- function(y, x, w) {
  slope <- coef(summary(lm(y ~ x, weights = w)))
  list(k = length(y), limit = slope[1, 1], slope = slope[2, 1], se_slope = slope[2, 2], stat = slope[2, 3], p = slope[2, 4])
}

# Begg and Mazumdar, without exact p. What differs by rounding alone is tied
ranks <- function(es) {
  w <- 1 / es$vi
  standardised <- (es$yi - sum(w * es$yi) / sum(w)) / sqrt(es$vi - 1 / sum(w))
  found <- suppressWarnings(cor.test(signif(standardised, 11), signif(es$vi, 11), method = "kendall", exact = FALSE))
  list(k = nrow(es), stat = as.numeric(found$statistic), p = found$p.value, tau = as.numeric(found$estimate))
}

small_studies <- function(test, d, es) {
  use <- usable(es)
  d <- d[use, ]; es <- es[use, ]
  if (test == "Egger") return(weighted_line(es$yi, sqrt(es$vi), 1 / es$vi))
  if (test == "Begg") return(ranks(es))
  told <- !((d$ai == 0 & d$ci == 0) | (d$ai == d$n1i & d$ci == d$n2i))
  d <- d[told, ]; es <- es[told, ]
  n <- d$n1i + d$n2i; events <- d$ai + d$ci
  if (test == "Peters") return(weighted_line(es$yi, 1 / n, events * (n - events) / n))
  score <- d$ai - events * d$n1i / n
  information <- d$n1i * d$n2i * events * (n - events) / (n^2 * (n - 1))
  weighted_line(score / information, 1 / sqrt(information), information)
}

filled <- function(a, d, es) {
  es <- es[usable(es), ]
  found <- settled(function(step) {
    control <- c(closely(es$yi), stepadj = step)
    trimfill(rma(yi = es$yi, vi = es$vi, method = a$method, control = control), estimator = "L0", control = control)
  })
  pooled <- inverse_variance(a, d, data.frame(yi = as.numeric(found$yi), vi = as.numeric(found$vi)))
  c(list(k0 = found$k0, right = as.numeric(found$side == "right")), pooled)
}

baujat_of <- function(a, d, es, rows, whole, without) {
  if (a$weighting == "Peto") es <- peto_effects(d)
  out <- list()
  for (i in seq_along(rows)) {
    out[[paste("contribution", rows[i])]] <- (es$yi[i] - whole$estimate)^2 / (es$vi[i] + whole$tau2)
    out[[paste("influence", rows[i])]] <- (without[[i]]$estimate - whole$estimate)^2 / without[[i]]$se^2
  }
  out
}

DIAGNOSTICS <- c(rstudent = "rstudent", dffits = "dffits", cook_d = "cook.d", cov_r = "cov.r", tau2_del = "tau2.del",
                 QE_del = "QE.del", hat = "hat", weight = "weight")
# Viechtbauer and Cheung (2010), as metafor has them
influence_of <- function(a, es, rows) {
  found <- influence(fitted(a, es))$inf
  out <- list()
  for (name in names(DIAGNOSTICS)) for (i in seq_along(rows))
    out[[paste(name, rows[i])]] <- found[[DIAGNOSTICS[[name]]]][i]
  out
}

# d: the studies that were pooled; without their sizes nobody gets back from a double arcsine
natural <- function(a, d, x) switch(a$measure,
  RR = , OR = , ROM = , IRR = , HR = , PLN = , IRLN = exp(x),
  ZCOR = tanh(x),
  PLO = transf.ilogit(x),
  PFT = transf.ipft.hm(x, targs = list(ni = d$ni)),
  PAS = transf.iarcsin(x),
  IRS = max(x, 0)^2,
  x)

with_natural <- function(out, names, a, d) {
  out[names] <- lapply(out[c("estimate", "ci_lb", "ci_ub")], function(x) natural(a, d, x))
  out
}

# f: a row of further.csv; told: its numbers here; done: what has been computed before it, by id; whole: the pooled effect
further_result <- function(f, a, d, es, told, done, whole) {
  if (a$weighting == "Peto" && f$kind == "trim_and_fill") es <- peto_effects(d)
  for (name in c("weighting", "method", "test", "prediction")) if (f[[name]] != "") a[[name]] <- f[[name]]
  rows <- as.numeric(strsplit(f$rows, " ")[[1]])
  parts <- done[strsplit(f$parts, " ")[[1]]]
  at <- match(rows, d$row)
  if (f$kind == "between") return(between(parts))
  if (f$kind == "baujat") return(baujat_of(a, d[at, ], es[at, ], rows, whole, parts))
  if (f$kind %in% c("regression", "common")) {
    known <- further_values[further_values$id == f$id, ]
    values <- lapply(split(known, known$name), function(of) of$value[match(rows, of$row)])
    return((if (f$kind == "common") in_common else regression)(a, es[at, ], values, told))
  }
  if (f$kind == "influence") return(influence_of(a, es[at, ], rows))
  if (f$kind == "trim_and_fill") return(filled(a, d[at, ], es[at, ]))
  if (f$kind != "pooled") return(small_studies(f$kind, d[at, ], es[at, ]))
  out <- pool(a, d[at, ], es[at, ])
  with_natural(out, c("natural estimate", "natural lower", "natural upper"), a, d[at, ][!is.na(es$yi[at]), ])
}

# --- comparison ---------------------------------------------------------------------------------------------------

differs <- function(ours, theirs) {
  if (length(theirs) != 1) return(TRUE)
  if (is.na(ours) || is.na(theirs)) return(is.na(ours) != is.na(theirs))
  if (is.infinite(ours) || is.infinite(theirs)) return(ours != theirs)
  abs(ours - theirs) > TOLERANCE * max(1, abs(ours))
}

# metafor warns of studies that it leaves out; data.csv lists them
tried <- function(compute) tryCatch(suppressWarnings(compute), error = function(problem) list(problem = conditionMessage(problem)))

failed <- 0; empty <- 0
compared <- function(name, ours, theirs) {
  if (!is.null(theirs$problem)) {
    failed <<- failed + 1
    cat("NOT DONE    ", name, ": ", theirs$problem, "\n", sep = "")
    return(invisible())
  }
  wrong <- Filter(function(what) differs(ours[[what]], as.numeric(theirs[[what]])), names(ours))
  failed <<- failed + (length(wrong) > 0)
  cat(if (length(wrong)) "DIFFERS     " else "agrees      ", name, "\n", sep = "")
  for (what in wrong) cat(sprintf("              %s: %.10g here, %s by metafor\n", what, ours[[what]],
                                  paste(sprintf("%.10g", as.numeric(theirs[[what]])), collapse = ", ")))
}

SHOWN <- c("shown", "shown_lb", "shown_ub")
RESULT <- c("k", "estimate", "se", "ci_lb", "ci_ub", "p", "tau2", "I2", "Q", "pi_lb", "pi_ub", SHOWN)
as_written <- function(file) read.csv(file, colClasses = "character", na.strings = character())
further <- as_written("further.csv")
further_values <- as_written("further_values.csv")
told <- as_written("further_numbers.csv")
told <- lapply(split(told, told$id), function(of) setNames(as.list(suppressWarnings(as.numeric(of$value))), of$name))

for (row in seq_len(nrow(analyses))) {
  a <- analyses[row, ]
  name <- sprintf("%s: %s, run %s", a$id, a$outcome, a$run)
  if (is.na(a$estimate)) { empty <- empty + 1; cat("no estimate ", name, "\n", sep = ""); next }
  d <- numbers[numbers$analysis == a$id, ]
  es <- tried(effects_of(a, d))
  kept <- is.na(d$left_out) | d$left_out == "" # a column in which nothing stands is read as NA
  whole <- tried(with_natural(pool(a, d[kept, ], es[kept, ]), SHOWN, a, d[kept, ]))
  compared(name, as.list(a[RESULT]), whole)
  done <- list()
  for (more in which(further$analysis == a$id)) {
    f <- further[more, ]
    done[[f$id]] <- tried(further_result(f, a, d, es, told[[f$id]], done, whole))
    compared(sprintf("%s; %s", name, f$what), told[[f$id]], done[[f$id]])
  }
}
total <- nrow(analyses) - empty + nrow(further)
if (empty) cat(sprintf("%d %s no estimate that could be compared.\n", empty, if (empty == 1) "analysis has" else "analyses have"))
cat(sprintf("%d of %d results agree with metafor %s: %d analyses, %d results beside them.\n", total - failed, total,
            packageVersion("metafor"), nrow(analyses) - empty, nrow(further)))
quit(status = if (failed) 1 else 0)
