/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The functions of the C library that can be made to fail: all that start, one command
 * and stop of cz2d and its libraries go through. The types are those of the machine's
 * calling convention; the headers' own are of no use here.
 */
#ifndef FAULTS_CALLS_H
#define FAULTS_CALLS_H

/* CALL(name, kind, result, parameters, arguments, what it returns when it fails) */
#define CALLS(CALL) \
	CALL(malloc, MEMORY, void *, (size_t size), (size), NULL) \
	CALL(calloc, MEMORY, void *, (size_t count, size_t size), (count, size), NULL) \
	CALL(realloc, MEMORY, void *, (void *old, size_t size), (old, size), NULL) \
	CALL(reallocarray, MEMORY, void *, (void *old, size_t count, size_t size), \
	     (old, count, size), NULL) \
	CALL(strdup, MEMORY, char *, (const char *text), (text), NULL) \
	CALL(strndup, MEMORY, char *, (const char *text, size_t size), (text, size), NULL) \
	CALL(__strdup, MEMORY, char *, (const char *text), (text), NULL) \
	CALL(open, PLAIN, int, (const char *path, int flags, unsigned mode), \
	     (path, flags, mode), -1) \
	CALL(open64, PLAIN, int, (const char *path, int flags, unsigned mode), \
	     (path, flags, mode), -1) \
	CALL(fmemopen, PLAIN, void *, (void *buffer, size_t size, const char *mode), \
	     (buffer, size, mode), NULL) \
	CALL(fopen, PLAIN, void *, (const char *path, const char *mode), (path, mode), NULL) \
	CALL(fread, PLAIN, size_t, (void *to, size_t size, size_t count, void *file), \
	     (to, size, count, file), spoiled(file)) \
	CALL(fclose, PLAIN, int, (void *file), (file), (real(file), errno = failure(), EOF)) \
	CALL(fgets, PLAIN, char *, (char *text, int size, void *file), (text, size, file), NULL) \
	CALL(fgetc, PLAIN, int, (void *file), (file), EOF) \
	CALL(getc, PLAIN, int, (void *file), (file), EOF) \
	CALL(close, PLAIN, int, (int fd), (fd), -1) \
	CALL(read, PLAIN, ssize_t, (int fd, void *to, size_t size), (fd, to, size), -1) \
	CALL(write, PLAIN, ssize_t, (int fd, const void *from, size_t size), (fd, from, size), -1) \
	CALL(writev, PLAIN, ssize_t, (int fd, const void *parts, int count), (fd, parts, count), -1) \
	CALL(pread, PLAIN, ssize_t, (int fd, void *to, size_t size, int64_t at), \
	     (fd, to, size, at), -1) \
	CALL(pread64, PLAIN, ssize_t, (int fd, void *to, size_t size, int64_t at), \
	     (fd, to, size, at), -1) \
	CALL(pwrite, DISK, ssize_t, (int fd, const void *from, size_t size, int64_t at), \
	     (fd, from, size, at), -1) \
	CALL(pwrite64, DISK, ssize_t, (int fd, const void *from, size_t size, int64_t at), \
	     (fd, from, size, at), -1) \
	CALL(ftruncate64, DISK, int, (int fd, int64_t size), (fd, size), -1) \
	CALL(posix_fallocate64, DISK, int, (int fd, int64_t at, int64_t size), (fd, at, size), \
	     failure()) \
	CALL(fsync, SYNC, int, (int fd), (fd), -1) \
	CALL(fdatasync, SYNC, int, (int fd), (fd), -1) \
	CALL(mmap64, PLAIN, void *, (void *at, size_t size, int how, int flags, int fd, int64_t from), \
	     (at, size, how, flags, fd, from), (void *)-1) \
	CALL(munmap, PLAIN, int, (void *at, size_t size), (at, size), -1) \
	CALL(isatty, PLAIN, int, (int fd), (fd), 0) \
	CALL(getrlimit, PLAIN, int, (int what, void *limit), (what, limit), -1) \
	CALL(setrlimit, PLAIN, int, (int what, const void *limit), (what, limit), -1) \
	CALL(gethostname, PLAIN, int, (char *to, size_t size), (to, size), -1) \
	CALL(getpwuid, PLAIN, void *, (unsigned user), (user), NULL) \
	CALL(getpwuid_r, PLAIN, int, \
	     (unsigned user, void *entry, char *to, size_t size, void **found), \
	     (user, entry, to, size, found), (*found = NULL, failure())) \
	CALL(getgrgid, PLAIN, void *, (unsigned group), (group), NULL) \
	CALL(mkdir, PLAIN, int, (const char *path, unsigned mode), (path, mode), -1) \
	CALL(unlink, PLAIN, int, (const char *path), (path), -1) \
	CALL(rename, PLAIN, int, (const char *from, const char *to), (from, to), -1) \
	CALL(access, PLAIN, int, (const char *path, int mode), (path, mode), -1) \
	CALL(readlink, PLAIN, ssize_t, (const char *path, char *to, size_t size), \
	     (path, to, size), -1) \
	CALL(realpath, PLAIN, char *, (const char *path, char *to), (path, to), NULL) \
	CALL(__realpath_chk, PLAIN, char *, (const char *path, char *to, size_t size), \
	     (path, to, size), NULL) \
	CALL(getcwd, PLAIN, char *, (char *to, size_t size), (to, size), NULL) \
	CALL(stat, PLAIN, int, (const char *path, void *about), (path, about), -1) \
	CALL(stat64, PLAIN, int, (const char *path, void *about), (path, about), -1) \
	CALL(lstat, PLAIN, int, (const char *path, void *about), (path, about), -1) \
	CALL(lstat64, PLAIN, int, (const char *path, void *about), (path, about), -1) \
	CALL(fstat, PLAIN, int, (int fd, void *about), (fd, about), -1) \
	CALL(fstat64, PLAIN, int, (int fd, void *about), (fd, about), -1) \
	CALL(fchmod, PLAIN, int, (int fd, unsigned mode), (fd, mode), -1) \
	CALL(fchown, PLAIN, int, (int fd, unsigned user, unsigned group), (fd, user, group), -1) \
	CALL(fcntl, PLAIN, int, (int fd, int what, void *more), (fd, what, more), -1) \
	CALL(fcntl64, PLAIN, int, (int fd, int what, void *more), (fd, what, more), -1) \
	CALL(flock, PLAIN, int, (int fd, int what), (fd, what), -1) \
	CALL(ioctl, PLAIN, int, (int fd, unsigned long what, void *more), (fd, what, more), -1) \
	CALL(tcgetattr, PLAIN, int, (int fd, void *settings), (fd, settings), -1) \
	CALL(tcsetattr, PLAIN, int, (int fd, int when, const void *settings), \
	     (fd, when, settings), -1) \
	CALL(tcflush, PLAIN, int, (int fd, int which), (fd, which), -1) \
	CALL(socket, PLAIN, int, (int family, int type, int protocol), (family, type, protocol), -1) \
	CALL(socketpair, PLAIN, int, (int family, int type, int protocol, int *pair), \
	     (family, type, protocol, pair), -1) \
	CALL(bind, PLAIN, int, (int fd, const void *name, unsigned size), (fd, name, size), -1) \
	CALL(listen, PLAIN, int, (int fd, int backlog), (fd, backlog), -1) \
	CALL(accept4, PLAIN, int, (int fd, void *name, unsigned *size, int flags), \
	     (fd, name, size, flags), -1) \
	CALL(connect, PLAIN, int, (int fd, const void *name, unsigned size), (fd, name, size), -1) \
	CALL(shutdown, PLAIN, int, (int fd, int how), (fd, how), -1) \
	CALL(send, PLAIN, ssize_t, (int fd, const void *from, size_t size, int flags), \
	     (fd, from, size, flags), -1) \
	CALL(sendmsg, PLAIN, ssize_t, (int fd, const void *message, int flags), \
	     (fd, message, flags), -1) \
	CALL(recv, PLAIN, ssize_t, (int fd, void *to, size_t size, int flags), \
	     (fd, to, size, flags), -1) \
	CALL(getsockname, PLAIN, int, (int fd, void *name, unsigned *size), (fd, name, size), -1) \
	CALL(getpeername, PLAIN, int, (int fd, void *name, unsigned *size), (fd, name, size), -1) \
	CALL(getsockopt, PLAIN, int, (int fd, int level, int name, void *value, unsigned *size), \
	     (fd, level, name, value, size), -1) \
	CALL(setsockopt, PLAIN, int, (int fd, int level, int name, const void *value, unsigned size), \
	     (fd, level, name, value, size), -1) \
	CALL(getaddrinfo, PLAIN, int, \
	     (const char *host, const char *port, const void *hints, void *found), \
	     (host, port, hints, found), EAI_AGAIN) \
	CALL(getnameinfo, PLAIN, int, \
	     (const void *name, unsigned size, char *host, unsigned host_size, char *port, \
	      unsigned port_size, int flags), \
	     (name, size, host, host_size, port, port_size, flags), EAI_AGAIN) \
	CALL(epoll_create1, PLAIN, int, (int flags), (flags), -1) \
	CALL(epoll_ctl, PLAIN, int, (int fd, int what, int which, void *event), \
	     (fd, what, which, event), -1) \
	CALL(epoll_wait, PLAIN, int, (int fd, void *events, int count, int timeout), \
	     (fd, events, count, timeout), -1) \
	CALL(epoll_pwait, PLAIN, int, (int fd, void *events, int count, int timeout, const void *mask), \
	     (fd, events, count, timeout, mask), -1) \
	CALL(poll, PLAIN, int, (void *fds, unsigned long count, int timeout), \
	     (fds, count, timeout), -1) \
	CALL(select, PLAIN, int, (int count, void *in, void *out, void *special, void *timeout), \
	     (count, in, out, special, timeout), -1) \
	CALL(eventfd, PLAIN, int, (unsigned value, int flags), (value, flags), -1) \
	CALL(pipe2, PLAIN, int, (int *ends, int flags), (ends, flags), -1) \
	CALL(dup3, PLAIN, int, (int from, int to, int flags), (from, to, flags), -1) \
	CALL(getrandom, PLAIN, ssize_t, (void *to, size_t size, unsigned flags), \
	     (to, size, flags), -1) \
	CALL(sigaction, PLAIN, int, (int number, const void *act, void *old), (number, act, old), -1) \
	CALL(pthread_create, PLAIN, int, \
	     (void *thread, const void *how, void *(*run)(void *), void *self), \
	     (thread, how, run, self), failure())

#endif
