# The requests of clients: gap, lengths, token ids passed over; next request. Every kind of client goes through this one loop.

cdef enum:
    ARRIVALS, SESSION, SPREAD, STRETCHED

cdef enum:
    TEXT, MEDIA, CHAT

cdef enum:
    DONE, FULL, STOPPED, TOO_LONG, PAST_TIME

cdef int64_t MAX_LENGTH = 2147483647

cdef struct Leg:
    int64_t kind
    int64_t gap
    int64_t input
    int64_t output
    int64_t start
    int64_t end
    int64_t until
    int64_t gaps
    int64_t span

cdef struct Program:
    int64_t first_leg
    int64_t legs
    int64_t first_span
    int64_t spans
    int64_t most
    int64_t content
    int64_t media[8]
    int64_t rounds
    int64_t percent
    int64_t think_time_us
    int64_t grows
    int64_t single_session
    int64_t spare
    int64_t extra
    int64_t input
    int64_t output
    int64_t timeout_us

cdef struct Span:
    int64_t start
    int64_t end

cdef struct Rows:
    int64_t used
    int64_t rows
    int64_t *arrival
    int64_t *place
    int64_t *session
    int32_t *fresh
    int32_t *output
    int32_t *client
    int32_t *round
    int32_t *context
    int32_t *leg
    int32_t *media
    uint8_t *percent


cdef inline bint is_active(const Span *spans, int64_t count, int64_t time) noexcept nogil:
    """Return whether a time is in one of some ascending, disjoint spans; none mean always."""
    cdef int64_t low = 0, high = count, middle
    if count == 0:
        return True
    while low < high:
        middle = (low + high) // 2
        if spans[middle].start <= time:
            low = middle + 1
        else:
            high = middle
    return low > 0 and time < spans[low - 1].end


cdef int64_t next_start(const Span *spans, int64_t count, int64_t time) noexcept nogil:
    """Return the start of the first span after a time."""
    cdef int64_t i
    for i in range(count):
        if spans[i].start > time:
            return spans[i].start
    return INT64_MAX


cdef class Walk:
    """Walks clients through their streams and writes down their requests, as much as a sheet holds at a time."""

    cdef object _keep
    cdef const Program[::1] programs
    cdef const Leg[::1] legs
    cdef const Span[::1] spans
    cdef const Sampler[::1] samplers
    cdef const int64_t[::1] starts
    cdef const int64_t[::1] seeds
    cdef const int32_t[::1] stop
    cdef Bins bins
    cdef Stream own, gaps
    cdef int64_t client, behind, block, member
    cdef int64_t leg  # of the client, -1 before the first
    cdef bint opened, leg_begun, talking, late
    cdef int64_t left  # requests, or rounds
    cdef int64_t time, drawn
    cdef double factor
    cdef int64_t session, round, rounds, arrival, context, place
    cdef readonly int64_t done
    """How many clients are done with."""
    cdef readonly int64_t tokens
    """Of the request that is too long."""

    def __init__(self, programs, seeds, stop):
        _fill_tables()
        self._keep = programs
        self.programs, self.legs, self.spans = programs.programs, programs.legs, programs.spans
        self.samplers, self.starts = programs.samplers, programs.starts
        self.bins = bins_of(programs.values, programs.shares)
        self.seeds, self.stop = seeds, stop
        self.client = self.behind = self.done = 0

    @property
    def failed_client(self):
        """The client at which the walk stopped."""
        return self.client

    @property
    def part_done(self):
        """How far the walk is with its client, 0 to 1, as nearly as time tells."""
        if not self.leg_begun or self.leg < 0 or self.client == self.behind:
            return 0.0
        cdef const Leg *leg = self._leg()
        if leg.end <= leg.start or leg.end == INT64_MAX:
            return 0.0
        part = min(1.0, max(0.0, (<double>self.time - <double>leg.start) / (<double>leg.end - <double>leg.start)))
        return (self.leg + part) / max(1, self.programs[self.block].legs)

    def begin(self, int64_t low, int64_t high):
        """Go on with the clients from `low` to `high`, exclusive."""
        self.client, self.behind = low, high
        self.opened = self.leg_begun = self.talking = False
        self.block = np.searchsorted(self.starts, low, side="right") - 1

    def fill(self, sheet):
        """Write requests down until all clients are done or the sheet is full; return how it ended."""
        cdef Rows rows
        columns = sheet.columns
        cdef int64_t[::1] arrival = columns["arrival"], place = columns["place"], session = columns["session"]
        cdef int32_t[::1] fresh = columns["fresh"], output = columns["output"], client = columns["client"]
        cdef int32_t[::1] round = columns["round"], context = columns["context"], leg = columns["leg"]
        cdef uint8_t[::1] percent = columns["percent"]
        cdef int32_t[:, ::1] media = columns["media"]
        rows.used, rows.rows = sheet.used, sheet.rows
        rows.arrival, rows.place, rows.client = &arrival[0], &place[0], &client[0]
        rows.fresh, rows.output = &fresh[0], &output[0]
        rows.session = NULL
        if session.shape[0]:
            rows.session, rows.round, rows.context = &session[0], &round[0], &context[0]
            rows.percent, rows.leg = &percent[0], &leg[0]
        rows.media = &media[0, 0] if media.shape[0] else NULL
        cdef int end
        with nogil:
            end = self._walk(&rows)
        sheet.used = rows.used
        return end

    cdef inline const Leg *_leg(self) noexcept nogil:
        return &self.legs[self.programs[self.block].first_leg + self.leg]

    cdef int64_t _sample(self, int64_t sampler) noexcept nogil:
        return sample(&self.own, &self.samplers[sampler], self.bins)

    cdef int _walk(self, Rows *rows) noexcept nogil:
        cdef const Program *program
        cdef int end
        while self.client < self.behind:
            if self.stop[0]:
                return STOPPED
            if not self.opened:
                self._open()
            program = &self.programs[self.block]
            if self.talking:
                end = self._round(program, self._leg(), rows)
            elif self.leg_begun:
                end = self._step(program, self._leg(), rows)
            elif self.leg + 1 < program.legs:
                self.leg += 1
                end = self._begin_leg(program, self._leg())
            else:
                self.opened = False
                self.client += 1
                self.done += 1
                end = DONE
            if end != DONE:
                return end
        return DONE

    cdef void _open(self) noexcept nogil:
        """Open the stream of the next client."""
        cdef int64_t spare
        while self.starts[self.block + 1] <= self.client:
            self.block += 1
        self.member = self.client - self.starts[self.block]
        self.opened, self.leg = True, -1
        self.left = self.programs[self.block].most
        if self.programs[self.block].legs == 0:
            return
        open_stream(&self.own, self.seeds[self.client], &self.stop[0])
        for spare in range(self.programs[self.block].spare):
            int63(&self.own)

    cdef int _begin_leg(self, const Program *program, const Leg *leg) noexcept nogil:
        cdef int64_t i, count, total = 0
        cdef double length = 0.0
        self.leg_begun, self.time, self.drawn = True, leg.start, 0
        if leg.kind == SPREAD:
            count = self._dealt(program, leg)
            total = int63(&self.own)
            open_stream(&self.gaps, total, &self.stop[0])
            for i in range(count):
                length += exponential(&self.gaps) / (<double>count / <double>leg.span)
            self.factor = <double>leg.span / length
            open_stream(&self.gaps, total, &self.stop[0])
        elif leg.kind == STRETCHED:
            self.gaps = self.own  # the same gaps once more, when their sum is known
            for i in range(leg.gaps):
                if self.stop[0]:
                    return STOPPED
                count = self._sample(leg.gap)
                length += <double>count
                total += count
            if length >= 9223372036854775808.0:
                return PAST_TIME
            self.factor = <double>leg.span / <double>total
        return DONE

    cdef inline int64_t _dealt(self, const Program *program, const Leg *leg) noexcept nogil:
        return leg.gaps + (self.member < program.extra)

    cdef int _step(self, const Program *program, const Leg *leg, Rows *rows) noexcept nogil:
        """Go to the next arrival of a leg, and write down what it holds."""
        cdef int64_t gap, start
        cdef const Sampler *sampler
        cdef const Span *spans = &self.spans[program.first_span] if program.spans else NULL
        if rows.used == rows.rows:
            return FULL
        if leg.kind == ARRIVALS:
            if self.left <= 0:
                self.leg_begun = False
                return DONE
            sampler = &self.samplers[leg.gap]
            gap = sample(&self.own, sampler, self.bins)
            if gap > INT64_MAX - self.time or self.time + gap >= leg.end:
                self.leg_begun = False
                return PAST_TIME if leg.end == INT64_MAX else DONE
            self.time += gap
            if not is_active(spans, program.spans, self.time):
                if sampler.family == FIXED:  # nothing is drawn until the next span: go there
                    start = next_start(spans, program.spans, self.time)
                    self.time += (start - self.time - 1) // gap * gap
                return DONE
        elif leg.kind == SESSION:
            self.leg_begun = False
            gap = self._sample(leg.gap)
            if gap > INT64_MAX - self.time:
                return DONE
            self.time += gap
            if self.time >= leg.end or not is_active(spans, program.spans, self.time):
                return DONE
        else:
            if self.drawn == (self._dealt(program, leg) if leg.kind == SPREAD else leg.gaps) or self.left <= 0:
                self.leg_begun = False
                return DONE
            self.drawn += 1
            if leg.kind == SPREAD:
                gap = at_least_1(go_int(self._spread_gap(program, leg)))
            else:
                gap = go_int(<double>sample(&self.gaps, &self.samplers[leg.gap], self.bins) * self.factor)
            self.time += gap
            if self.time >= leg.end or (leg.kind == STRETCHED and self.drawn == leg.gaps):
                self.leg_begun = False  # the last stretched gap takes what truncation leaves over: it ends at the end
                return DONE
        if program.content == CHAT:
            self._begin_session(program)
            return DONE
        self.left -= 1
        return self._request(program, leg, rows)

    cdef double _spread_gap(self, const Program *program, const Leg *leg) noexcept nogil:
        return exponential(&self.gaps) / (<double>self._dealt(program, leg) / <double>leg.span) * self.factor

    cdef int _too_long(self, int64_t tokens) noexcept nogil:
        self.tokens = tokens
        return TOO_LONG

    cdef int _request(self, const Program *program, const Leg *leg, Rows *rows) noexcept nogil:
        """Draw a single request."""
        cdef int64_t fresh, output, row = rows.used, k
        cdef int64_t kinds[4]
        if program.content == MEDIA:
            fresh = 0
            for k in range(4):
                kinds[k] = self._pieces(program.media[2 * k], program.media[2 * k + 1])
                if kinds[k] > MAX_LENGTH - fresh:
                    return self._too_long(kinds[k] + fresh)
                fresh += kinds[k]
                rows.media[4 * row + k] = <int32_t>kinds[k]
            fresh = fresh if fresh else 1
            rows.place[row] = place_of(&self.own)
            skip_tokens(&self.own, fresh)
            output = self._sample(leg.output)
        else:
            fresh = self._sample(leg.input)
            output = self._sample(leg.output)
            rows.place[row] = place_of(&self.own)
        if fresh > MAX_LENGTH or output > MAX_LENGTH:
            return self._too_long(fresh if fresh > output else output)
        skip_tokens(&self.own, output if program.content == MEDIA else fresh + output)
        self._write(rows, self.time, fresh, output)
        if rows.session != NULL:
            rows.session[row], rows.round[row], rows.context[row], rows.percent[row], rows.leg[row] = -1, 0, 0, 0, 0
        if rows.media != NULL and program.content != MEDIA:
            for k in range(4):
                rows.media[4 * row + k] = 0
        return DONE

    cdef int64_t _pieces(self, int64_t pieces, int64_t tokens) noexcept nogil:
        """Draw the tokens of all pieces of one kind, or of so many that a request cannot have them."""
        cdef int64_t times, drawn, total = 0
        if tokens < 0:
            return 0
        times = 1 if pieces < 0 else self._sample(pieces)
        if self.samplers[tokens].family == FIXED:
            total = self.samplers[tokens].low
            if times <= 0 or total <= 0:
                return 0
            return times * total if times <= (INT64_MAX - MAX_LENGTH) // total else INT64_MAX - MAX_LENGTH
        while times > 0 and total <= MAX_LENGTH and not self.stop[0]:
            drawn = self._sample(tokens)
            if drawn > MAX_LENGTH:
                return drawn
            total += drawn
            times -= 1
        return total

    cdef inline void _write(self, Rows *rows, int64_t arrival, int64_t fresh, int64_t output) noexcept nogil:
        cdef int64_t row = rows.used
        rows.arrival[row] = arrival
        rows.fresh[row] = <int32_t>fresh
        rows.output[row] = <int32_t>output
        rows.client[row] = <int32_t>self.client
        rows.used += 1

    cdef void _begin_session(self, const Program *program) noexcept nogil:
        self.talking, self.late = True, False
        self.session = int63(&self.own)
        self.arrival, self.round, self.context = self.time, 0, 0
        self.rounds = program.rounds + (self.member < program.extra)
        self.place = place_of(&self.own)

    cdef int _round(self, const Program *program, const Leg *leg, Rows *rows) noexcept nogil:
        """Draw the next round of a session; after the first that comes too late none is written down."""
        cdef int64_t fresh, output, place, percent, step, k, row = rows.used
        if rows.used == rows.rows:
            return FULL
        if self.round == self.rounds or (self.late and leg.kind == SESSION):
            self.talking = False
            self.left -= self.rounds
            if program.single_session:
                self.leg_begun = False
            return DONE
        fresh = self._sample(leg.input)
        output = self._sample(leg.output)
        if fresh > MAX_LENGTH or output > MAX_LENGTH:
            return self._too_long(fresh if fresh > output else output)
        place = self.place if program.grows else place_of(&self.own)
        skip_tokens(&self.own, fresh + output)
        percent = self._sample(program.percent) if program.percent >= 0 else 0
        if self.arrival >= leg.until:
            self.late = True
        if not self.late:
            if program.grows and self.context + fresh > MAX_LENGTH:
                return self._too_long(self.context + fresh)
            if is_active(&self.spans[program.first_span] if program.spans else NULL, program.spans, self.arrival):
                rows.place[row] = place
                rows.session[row] = self.session
                rows.round[row] = <int32_t>self.round
                rows.context[row] = <int32_t>self.context
                rows.percent[row] = <uint8_t>(0 if percent < 0 else 100 if percent > 100 else percent)
                rows.leg[row] = <int32_t>self.leg
                if rows.media != NULL:
                    for k in range(4):
                        rows.media[4 * row + k] = 0
                self._write(rows, self.arrival, fresh, output)
        if program.grows and not self.late:
            self.context += fresh + output
        self.round += 1
        if not self.late and self.round < self.rounds:
            if program.think_time_us > INT64_MAX - output:
                return PAST_TIME
            step = output + program.think_time_us
            if self.arrival > INT64_MAX - step if step > 0 else self.arrival < INT64_MIN - step:
                return PAST_TIME
            self.arrival += step
        return DONE
