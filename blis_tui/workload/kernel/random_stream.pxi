# One random stream of Go's math/rand: the additive lagged Fibonacci source (see seeding.py), and what is drawn from it.

cdef enum:
    LENGTH = 607
    TAP = 273  # x[n] = x[n - 607] + x[n - 273]
    FEED = 334  # of 607 older values in a ring, the one 273 ago stands this far ahead
    VOCABULARY = 128000

cdef uint64_t LOW_63 = 0x7FFFFFFFFFFFFFFF
# A token draw is repeated if its upper 31 bits reach the largest multiple of the vocabulary: if adding this carries.
cdef uint64_t TO_CARRY = <uint64_t>(2147483648 % 128000) << 32
cdef uint64_t MERSENNE = 0x7FFFFFFF

cdef struct Stream:
    uint64_t x[LENGTH]  # a ring: values of this turn up to `made`, of the turn before from there on
    uint64_t start  # of the Lehmer generator that makes the first turn's words when they are needed; then 0
    int64_t base  # how many values earlier turns had
    int at  # the next value
    int made  # after the last value that is made
    bint redrawn  # whether a token draw would skip any value of the piece that was made last
    const int32_t *stop  # checked now and then while values are passed over

cdef uint64_t POWERS[3][LENGTH]
cdef uint64_t COOKED[LENGTH]
cdef uint32_t EXP_ACCEPT[256]
cdef float EXP_WIDTH[256]
cdef float EXP_HEIGHT[256]
cdef uint32_t NORM_ACCEPT[128]
cdef float NORM_WIDTH[128]
cdef float NORM_HEIGHT[128]
cdef double EXP_TAIL = ziggurat.EXP_TAIL
cdef double NORM_TAIL = ziggurat.NORM_TAIL
cdef bint _tables_are_filled = False
cdef int32_t _never = 0


cdef _fill_tables():
    """Take the tables from the modules that compute them, before the first stream is opened."""
    global _tables_are_filled
    if _tables_are_filled:
        return
    assert records.VOCABULARY == VOCABULARY
    powers, cooked, e, n = seeding.powers(), seeding.cooked(), ziggurat.EXP, ziggurat.NORM
    cdef int i
    for i in range(LENGTH):
        POWERS[0][i], POWERS[1][i], POWERS[2][i] = powers[0, i], powers[1, i], powers[2, i]
        COOKED[i] = cooked[i]
    for i in range(256):
        EXP_ACCEPT[i], EXP_WIDTH[i], EXP_HEIGHT[i] = e.accept[i], e.width[i], e.height[i]
    for i in range(128):
        NORM_ACCEPT[i], NORM_WIDTH[i], NORM_HEIGHT[i] = n.accept[i], n.width[i], n.height[i]
    _tables_are_filled = True


cdef inline uint64_t lehmer(uint64_t start, uint64_t power) noexcept nogil:
    cdef uint64_t value = start * power
    value = (value & MERSENNE) + (value >> 31)
    return (value & MERSENNE) + (value >> 31)


cdef void seed_words(Stream *s, int low, int high) noexcept nogil:
    cdef int i
    for i in range(low, high):
        s.x[i] = (lehmer(s.start, POWERS[0][i]) << 40) ^ (lehmer(s.start, POWERS[1][i]) << 20)
        s.x[i] ^= lehmer(s.start, POWERS[2][i]) ^ COOKED[i]


cdef void open_stream(Stream *s, int64_t seed, const int32_t *stop) noexcept nogil:
    cdef int64_t start = seed % <int64_t>MERSENNE  # truncated, as in Go
    if start < 0:
        start += <int64_t>MERSENNE
    s.start = 89482311 if start == 0 else <uint64_t>start
    s.base = 0
    s.at = 0
    s.made = 0
    s.redrawn = False
    s.stop = stop


cdef void make(Stream *s) noexcept nogil:
    """Make the next values; all that were made are taken. Of a new stream a few at first, since many streams give few."""
    cdef int i, low, high
    cdef uint64_t value, carries = 0
    if s.made == LENGTH:
        s.base += LENGTH
        s.made = 0
        s.at = 0
    low = s.made
    high = LENGTH if low >= TAP else TAP
    if s.start:
        if low < 64:
            high = 16 if low < 16 else 64
        if low < TAP:
            seed_words(s, low, high)
            seed_words(s, low + FEED, high + FEED)
        else:
            seed_words(s, TAP, FEED)
            s.start = 0
    if low < TAP:
        for i in range(low, high):
            value = s.x[i] + s.x[i + FEED]
            s.x[i] = value
            carries |= (value & LOW_63) + TO_CARRY
    else:
        for i in range(low, high):
            value = s.x[i] + s.x[i - TAP]
            s.x[i] = value
            carries |= (value & LOW_63) + TO_CARRY
    s.redrawn = (carries >> 63) != 0
    s.made = high


cdef inline int64_t place_of(Stream *s) noexcept nogil:
    """Return how many values were taken so far: the name of a place in the stream."""
    return s.base + s.at


cdef void seek(Stream *s, int64_t place) noexcept nogil:
    """Go forward to a place, or a little way if stopped."""
    while place > s.base + s.made and not s.stop[0]:
        s.at = s.made
        make(s)
    if not s.stop[0]:
        s.at = <int>(place - s.base)


cdef inline int64_t int63(Stream *s) noexcept nogil:
    if s.at == s.made:
        make(s)
    s.at += 1
    return <int64_t>(s.x[s.at - 1] & LOW_63)


cdef inline bint is_skipped(uint64_t value) noexcept nogil:
    return (((value & LOW_63) + TO_CARRY) >> 63) != 0


cdef void skip_tokens(Stream *s, int64_t count) noexcept nogil:
    """Take what drawing `count` token ids takes."""
    cdef int i, run
    while count > 0 and not s.stop[0]:
        if s.at == s.made:
            make(s)
        run = s.made - s.at
        if run > count:
            run = <int>count
        count -= run
        if s.redrawn:
            for i in range(s.at, s.at + run):
                count += is_skipped(s.x[i])
        s.at += run


cdef void draw_tokens(Stream *s, int32_t *ids, int64_t count) noexcept nogil:
    """Draw token ids: Go's Intn(128000), which is Int31n."""
    cdef int i, run, good
    cdef int32_t upper, thousand, quotient
    cdef const uint64_t *x
    while count > 0 and not s.stop[0]:
        if s.at == s.made:
            make(s)
        run = s.made - s.at
        if run > count:
            run = <int>count
        x = s.x + s.at
        if s.redrawn:
            good = 0
            for i in range(run):
                if not is_skipped(x[i]):
                    ids[good] = <int32_t>(((x[i] & LOW_63) >> 32) % VOCABULARY)
                    good += 1
        else:
            good = run
            for i in range(run):
                upper = <int32_t>((x[i] & LOW_63) >> 32)
                thousand = upper >> 10  # 128000 = 2^10 × 125, and single precision divides 21 bits by 125 exactly enough
                quotient = <int32_t>((<float>thousand + <float>0.5) * <float>0.008)
                ids[i] = ((thousand - 125 * quotient) << 10) | (upper & 0x3FF)
        s.at += run
        ids += good
        count -= good


cdef inline double float64(Stream *s) noexcept nogil:
    """Draw from the uniform distribution on [0, 1); what rounds to 1 is drawn again."""
    cdef double value = 1.0
    while value == 1.0:
        value = <double>int63(s) / 9223372036854775808.0
    return value


cdef inline bint is_under(Stream *s, const float *height, uint32_t strip, double density) noexcept nogil:
    """Return whether a point of a strip's upper part lies under the curve, in single precision as in Go."""
    cdef float point = <float>float64(s) * (height[strip - 1] - height[strip])
    return height[strip] + point < <float>density


cdef double exponential(Stream *s) noexcept nogil:
    """Draw from the exponential distribution of mean 1."""
    cdef uint32_t draw, strip
    cdef double value
    while True:
        draw = <uint32_t>(int63(s) >> 31)
        strip = draw & 0xFF
        value = <double>draw * <double>EXP_WIDTH[strip]
        if draw < EXP_ACCEPT[strip]:
            return value
        if strip == 0:
            return EXP_TAIL - log(float64(s))
        if is_under(s, EXP_HEIGHT, strip, exp(-value)):
            return value


cdef double normal(Stream *s) noexcept nogil:
    """Draw from the normal distribution of mean 0 and standard deviation 1."""
    cdef int32_t draw
    cdef uint32_t strip, size
    cdef double value, x, y
    while True:
        draw = <int32_t><uint32_t>(int63(s) >> 31)
        strip = <uint32_t>draw & 0x7F
        value = <double>draw * <double>NORM_WIDTH[strip]
        size = <uint32_t>(-<int64_t>draw) if draw < 0 else <uint32_t>draw
        if size < NORM_ACCEPT[strip]:
            return value
        if strip == 0:
            while True:
                x = -log(float64(s)) * (1.0 / NORM_TAIL)
                y = -log(float64(s))
                if y + y >= x * x:
                    return NORM_TAIL + x if draw > 0 else -NORM_TAIL - x
        if is_under(s, NORM_HEIGHT, strip, exp(-0.5 * value * value)):
            return value


cdef class RandomStream:
    """One stream for Python: the root stream of a workload, and tests."""

    cdef Stream stream
    cdef int32_t[::1] _stop

    def __init__(self, seed, stop=None):
        _fill_tables()
        self._stop = np.zeros(1, np.int32) if stop is None else stop
        open_stream(&self.stream, seed, &self._stop[0])

    @classmethod
    def from_state(cls, state):
        """Open a stream that goes on from some 607 values."""
        cdef RandomStream opened = cls(1)
        cdef uint64_t[::1] values = state
        memcpy(opened.stream.x, &values[0], sizeof(opened.stream.x))
        opened.stream.start = 0
        return opened

    @property
    def place(self):
        return place_of(&self.stream)

    def int63(self):
        return int63(&self.stream)

    def int63s(self, count):
        result = np.empty(count, np.int64)
        cdef int64_t[::1] values = result
        cdef int64_t i
        with nogil:
            for i in range(values.shape[0]):
                values[i] = int63(&self.stream)
        return result

    def tokens(self, count):
        result = np.empty(count, np.int32)
        cdef int32_t[::1] ids = result
        if count:
            with nogil:
                draw_tokens(&self.stream, &ids[0], ids.shape[0])
        return result

    def skip_tokens(self, int64_t count):
        with nogil:
            skip_tokens(&self.stream, count)

    def seek(self, int64_t place):
        with nogil:
            seek(&self.stream, place)

    def float64(self):
        return float64(&self.stream)

    def exponential(self):
        return exponential(&self.stream)

    def normal(self):
        return normal(&self.stream)

    def sample(self, samplers, values, shares):
        """Draw from the first of some samplers."""
        cdef Sampler[::1] some = samplers
        cdef Bins bins = bins_of(values, shares)
        return sample(&self.stream, &some[0], bins)
