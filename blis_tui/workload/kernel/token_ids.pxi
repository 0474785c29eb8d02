# Token ids of requests in arrival order: each is drawn once more from the client's stream, which goes forward as time does.
#
# Where a client's stream does not (its sessions overlap, its windows are out of order), its requests are sorted into chains,
# each of which does; a chain is read from a copy of the stream.

cdef class Readers:
    """The streams of the clients of one share of the requests, open from their first request to their last."""

    cdef object _keep
    cdef const Program[::1] programs
    cdef const Leg[::1] legs
    cdef const Sampler[::1] samplers
    cdef const int64_t[::1] starts, seeds
    cdef const int32_t[::1] stop
    cdef Bins bins
    cdef const int32_t[::1] client, stream, chain, group, round, leg, goes_on, drop
    cdef const int64_t[::1] place, last
    cdef const uint8_t[::1] branches
    cdef const int32_t[::1] prefixes
    cdef const int64_t[::1] prefix_ends
    cdef const int64_t[::1] prefix_lengths
    cdef bint plain
    cdef int64_t part, parts, opened, fronted, most
    cdef Stream **open  # by chain
    cdef Stream **fronts  # by stream, where chains branch off
    cdef Stream spare

    def __init__(self, programs, seeds, stop, rows, prefixes, *, part, parts, most):
        """Open no stream yet.

        `rows` has the columns `client`, `stream` (from which of the `seeds` its ids are drawn), `place`, `group`, `chain` and, by
        chain, `last` (the last row of each), by stream `branches` (whether it has several chains; empty where none has); of conversations `round` and `leg`, and of follow-ups whose inputs grow
        `goes_on` (the stream that their session goes on from after its first round, -1 for the same) and `drop` (so many
        tokens of the first round are left out). `prefixes` are the ids of all groups, where each ends, and its length.
        Requests whose stream leaves `part` when divided by `parts` are read here. At most `most` streams are kept open;
        those of others are opened anew for each request.
        """
        _fill_tables()
        self._keep = programs
        self.programs, self.legs, self.samplers = programs.programs, programs.legs, programs.samplers
        self.starts, self.seeds, self.stop = programs.starts, seeds, stop
        self.bins = bins_of(programs.values, programs.shares)
        self.client, self.stream, self.place, self.group = rows["client"], rows["stream"], rows["place"], rows["group"]
        self.chain, self.last, self.goes_on, self.drop = rows["chain"], rows["last"], rows["goes_on"], rows["drop"]
        self.round, self.leg = rows["round"], rows["leg"]
        self.prefixes, self.prefix_ends, self.prefix_lengths = prefixes
        contents = programs.programs
        self.plain = not ((contents["content"] == MEDIA) | (contents["grows"] != 0)).any()
        self.part, self.parts, self.opened, self.fronted, self.most = part, parts, 0, 0, most
        self.branches = rows["branches"]
        self.open = <Stream **>calloc(self.last.shape[0] + 1, sizeof(Stream *))
        self.fronts = <Stream **>calloc(self.branches.shape[0] + 1, sizeof(Stream *))
        if self.open == NULL or self.fronts == NULL:
            raise MemoryError

    def close(self):
        """Close all streams."""
        cdef int64_t i
        if self.open != NULL:
            for i in range(self.last.shape[0]):
                free(self.open[i])
            free(self.open)
        if self.fronts != NULL:
            for i in range(self.branches.shape[0]):
                free(self.fronts[i])
            free(self.fronts)
        self.open = self.fronts = NULL

    def __dealloc__(self):
        self.close()

    def fill(self, int64_t start, const int64_t[::1] bounds, int32_t[::1] ids):
        """Write the ids of this share's requests from `start` on; those of the i-th are at ``bounds[2i]`` to ``bounds[2i + 2]``."""
        cdef int64_t i, count = bounds.shape[0] // 2
        if ids.shape[0] == 0:
            return
        with nogil:
            for i in range(count):
                if self.stream[start + i] % self.parts == self.part and not self.stop[0]:
                    self._request(start + i, &ids[0], bounds[2 * i], bounds[2 * i + 1], bounds[2 * i + 2])

    cdef void _request(self, int64_t row, int32_t *ids, int64_t begin, int64_t middle, int64_t end) noexcept nogil:
        cdef int64_t group = self.group[row], length, chain = self.chain[row]
        cdef Stream *s
        cdef const Program *program
        if group >= 0:
            length = self.prefix_lengths[group]
            memcpy(ids + begin, &self.prefixes[0] + self.prefix_ends[group] - length, length * sizeof(int32_t))
            begin += length
        s = self._reader(row, chain)
        program = &self.programs[0 if self.plain else self._block(self.client[row])]
        if self.plain or not (program.grows or program.content == MEDIA):
            draw_tokens(s, ids + begin, end - begin)
        elif program.content == MEDIA:
            draw_tokens(s, ids + begin, middle - begin)
            sample(s, &self.samplers[self.legs[program.first_leg].output], self.bins)
            draw_tokens(s, ids + middle, end - middle)
        else:
            self._rounds(s, program, row, ids + begin)
        if row == self.last[chain] and self.open[chain] != NULL:
            free(self.open[chain])
            self.open[chain] = NULL
            self.opened -= 1

    cdef void _rounds(self, Stream *s, const Program *program, int64_t row, int32_t *ids) noexcept nogil:
        """Draw a round and all before it in its session, from a copy of the stream as it stands at the session's start."""
        cdef const Leg *leg = &self.legs[program.first_leg + self.leg[row]]
        cdef int64_t i, count, given = leg.input, answered = leg.output
        cdef bint follows = self.goes_on.shape[0] and self.goes_on[row] >= 0
        if s != &self.spare:
            self.spare = s[0]
        s = &self.spare
        for i in range(self.round[row] + 1):
            if follows and i == 1:
                open_stream(s, self.seeds[self.goes_on[row]], &self.stop[0])
                given, answered = program.input, program.output
            count = sample(s, &self.samplers[given], self.bins)
            count += sample(s, &self.samplers[answered], self.bins)
            if follows and i == 0:
                skip_tokens(s, self.drop[row])
                count -= self.drop[row]
            draw_tokens(s, ids, count)
            ids += count
            if program.percent >= 0 and not follows:
                sample(s, &self.samplers[program.percent], self.bins)

    cdef int64_t _block(self, int64_t client) noexcept nogil:
        cdef int64_t low = 0, high = self.starts.shape[0] - 1, middle
        while low + 1 < high:
            middle = (low + high) // 2
            if self.starts[middle] <= client:
                low = middle
            else:
                high = middle
        return low

    cdef Stream *_reader(self, int64_t row, int64_t chain) noexcept nogil:
        """Return a stream that stands at the place of a request."""
        cdef Stream *s = self.open[chain]
        cdef Stream *front
        cdef int64_t stream = self.stream[row], place = self.place[row]
        if s != NULL:
            seek(s, place)
            return s
        if row != self.last[chain] and self.opened < self.most:
            s = <Stream *>malloc(sizeof(Stream))
        if s != NULL:
            self.open[chain] = s
            self.opened += 1
        else:
            s = &self.spare
        front = self._front(stream) if self.branches.shape[0] and self.branches[stream] else NULL
        if front != NULL and place_of(front) <= place:
            seek(front, place)
            s[0] = front[0]
        else:
            open_stream(s, self.seeds[stream], &self.stop[0])
            seek(s, place)
        return s

    cdef Stream *_front(self, int64_t stream) noexcept nogil:
        """Return the stream from which its chains branch off: it stands where the farthest of them began."""
        if self.fronts[stream] == NULL and self.fronted < self.most:
            self.fronts[stream] = <Stream *>malloc(sizeof(Stream))
            if self.fronts[stream] != NULL:
                self.fronted += 1
                open_stream(self.fronts[stream], self.seeds[stream], &self.stop[0])
        return self.fronts[stream]
