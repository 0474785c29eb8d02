# The families of lengths and gaps, as BLIS's NewLengthSampler and NewArrivalSampler draw from them.

cdef enum:
    FIXED, GAUSSIAN, EXPONENTIAL, LOGNORMAL, PARETO_LOGNORMAL, EMPIRICAL, POISSON, GAMMA, WEIBULL

cdef double SMALLEST = 5e-324

cdef struct Sampler:
    int64_t family
    double a
    double b
    double c
    double d
    double e
    int64_t low
    int64_t high

cdef struct Bins:
    const int64_t *values
    const double *shares


cdef Bins bins_of(const int64_t[::1] values, const double[::1] shares):
    cdef Bins bins
    bins.values = &values[0] if values.shape[0] else NULL
    bins.shares = &shares[0] if shares.shape[0] else NULL
    return bins


cdef inline int64_t go_int(double value) noexcept nogil:
    """Truncate as Go does on amd64: what int64 cannot hold gives -2^63."""
    return <int64_t>value if -9223372036854775808.0 <= value < 9223372036854775808.0 else INT64_MIN


cdef inline int64_t rounded(double value) noexcept nogil:
    """Round halves away from zero."""
    cdef double whole = trunc(value)
    if fabs(value - whole) >= 0.5:
        whole += 1.0 if value > 0 else -1.0
    return go_int(whole)


cdef inline int64_t at_least_1(int64_t value) noexcept nogil:
    return value if value > 1 else 1


cdef inline int64_t bounded(int64_t value, const Sampler *f) noexcept nogil:
    """Keep within the bounds, of which one of 0 is none."""
    if f.low > 0 and value < f.low:
        value = f.low
    if f.high > 0 and value > f.high:
        value = f.high
    return at_least_1(value)


cdef double gamma(Stream *s, double shape, double scale) noexcept nogil:
    """Draw from a gamma distribution (Marsaglia & Tsang 2000; below shape 1 by Ahrens & Dieter's step)."""
    cdef double d, c, x, v, u
    if shape < 1.0:
        u = float64(s)
        return gamma(s, shape + 1.0, scale) * pow(u, 1.0 / shape)
    d = shape - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)
    while True:
        v = 0.0
        while v <= 0.0:
            x = normal(s)
            v = 1.0 + c * x
        v = v * v * v
        u = float64(s)
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            return d * v * scale
        if log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
            return d * v * scale


cdef int64_t from_bins(Stream *s, const Sampler *f, Bins bins) noexcept nogil:
    cdef double u = float64(s)
    cdef int64_t low = f.low, high = f.high - 1, middle
    while low < high:  # the first bin whose share reaches u; the last one's is 1
        middle = (low + high) // 2
        if bins.shares[middle] < u:
            low = middle + 1
        else:
            high = middle
    return bins.values[low]


cdef int64_t sample(Stream *s, const Sampler *f, Bins bins) noexcept nogil:
    """Draw a length, or a gap in µs."""
    cdef double value
    if f.family == FIXED:
        return f.low
    if f.family == POISSON:
        return at_least_1(go_int(exponential(s) / f.a))
    if f.family == LOGNORMAL:
        value = exp(f.a + f.b * normal(s))
        return bounded(rounded(value), f) if isfinite(value) else at_least_1(f.low)
    if f.family == GAUSSIAN:
        value = normal(s) * f.b + f.a
        if value < <double>f.low:
            value = <double>f.low
        if value > <double>f.high:
            value = <double>f.high
        return at_least_1(rounded(value))
    if f.family == EXPONENTIAL:
        return bounded(rounded(exponential(s) * f.a), f)
    if f.family == GAMMA:
        return at_least_1(go_int(gamma(s, f.a, f.b)))
    if f.family == WEIBULL:
        value = float64(s)
        return at_least_1(go_int(f.b * pow(-log(SMALLEST if value == 0.0 else value), 1.0 / f.a)))
    if f.family == EMPIRICAL:
        return from_bins(s, f, bins)
    # the mixture of a Pareto and a lognormal part
    if float64(s) < f.e:
        value = float64(s)
        value = pow(SMALLEST if value == 0.0 else value, f.a)
        value = f.b / value if value != 0.0 else INFINITY
    else:
        value = exp(f.c + f.d * normal(s))
    return at_least_1(rounded(value)) if isfinite(value) else 1
