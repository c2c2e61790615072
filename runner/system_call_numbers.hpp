// The numbers of system calls that not every architecture has: -1 where there is none.
#pragma once

#ifdef __linux__

#include "fixtures/platform.hpp"

// NOLINTBEGIN(readability-identifier-naming): the names are the system's.

#ifndef SYS_open
#define SYS_open (-1)
#endif
#ifndef SYS_unlink
#define SYS_unlink (-1)
#endif
#ifndef SYS_pipe
#define SYS_pipe (-1)
#endif
#ifndef SYS_dup2
#define SYS_dup2 (-1)
#endif
#ifndef SYS_poll
#define SYS_poll (-1)
#endif
#ifndef SYS_ppoll
#define SYS_ppoll (-1)
#endif
#ifndef SYS_ppoll_time64
#define SYS_ppoll_time64 (-1)
#endif
#ifndef SYS_select
#define SYS_select (-1)
#endif
#ifndef SYS_pselect6
#define SYS_pselect6 (-1)
#endif
#ifndef SYS_pselect6_time64
#define SYS_pselect6_time64 (-1)
#endif
#ifndef SYS_fcntl64
#define SYS_fcntl64 (-1)
#endif
#ifndef SYS_mknod
#define SYS_mknod (-1)
#endif
#ifndef SYS_fork
#define SYS_fork (-1)
#endif
#ifndef SYS_clone3
#define SYS_clone3 (-1)
#endif
#ifndef SYS_wait4
#define SYS_wait4 (-1)
#endif
#ifndef SYS_waitid
#define SYS_waitid (-1)
#endif
#ifndef SYS_clock_nanosleep
#define SYS_clock_nanosleep (-1)
#endif
#ifndef SYS_accept
#define SYS_accept (-1)
#endif
#ifndef SYS_accept4
#define SYS_accept4 (-1)
#endif
#ifndef SYS_send
#define SYS_send (-1)
#endif
#ifndef SYS_recv
#define SYS_recv (-1)
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait (-1)
#endif
#ifndef SYS_mmap
#define SYS_mmap (-1)
#endif
#ifndef SYS_mmap2
#define SYS_mmap2 (-1)
#endif
#ifndef SYS_ftruncate64
#define SYS_ftruncate64 (-1)
#endif
#ifndef SYS_fadvise64
#define SYS_fadvise64 (-1)
#endif
#ifndef SYS_fadvise64_64
#define SYS_fadvise64_64 (-1)
#endif
#ifndef SYS_msgget
#define SYS_msgget (-1)
#endif
#ifndef SYS_msgsnd
#define SYS_msgsnd (-1)
#endif
#ifndef SYS_msgrcv
#define SYS_msgrcv (-1)
#endif
#ifndef SYS_msgctl
#define SYS_msgctl (-1)
#endif
#ifndef SYS_shmget
#define SYS_shmget (-1)
#endif
#ifndef SYS_shmat
#define SYS_shmat (-1)
#endif
#ifndef SYS_shmdt
#define SYS_shmdt (-1)
#endif
#ifndef SYS_shmctl
#define SYS_shmctl (-1)
#endif
#ifndef SYS_semget
#define SYS_semget (-1)
#endif
#ifndef SYS_semctl
#define SYS_semctl (-1)
#endif
#ifndef SYS_semop
#define SYS_semop (-1)
#endif
#ifndef SYS_semtimedop
#define SYS_semtimedop (-1)
#endif
#ifndef SYS_semtimedop_time64
#define SYS_semtimedop_time64 (-1)
#endif
#ifndef SYS_mq_timedsend
#define SYS_mq_timedsend (-1)
#endif
#ifndef SYS_mq_timedreceive
#define SYS_mq_timedreceive (-1)
#endif
#ifndef SYS_mq_timedsend_time64
#define SYS_mq_timedsend_time64 (-1)
#endif
#ifndef SYS_mq_timedreceive_time64
#define SYS_mq_timedreceive_time64 (-1)
#endif
#ifndef SYS_rt_sigtimedwait
#define SYS_rt_sigtimedwait (-1)
#endif
#ifndef SYS_rt_sigtimedwait_time64
#define SYS_rt_sigtimedwait_time64 (-1)
#endif
#ifndef SYS_setrlimit
#define SYS_setrlimit (-1)
#endif
#ifndef SYS_renameat
#define SYS_renameat (-1)
#endif
#ifndef SYS_chmod
#define SYS_chmod (-1)
#endif
#ifndef SYS_link
#define SYS_link (-1)
#endif
#ifndef SYS_symlink
#define SYS_symlink (-1)
#endif
#ifndef SYS_rename
#define SYS_rename (-1)
#endif
#ifndef SYS_renameat2
#define SYS_renameat2 (-1)
#endif
#ifndef SYS_mkdir
#define SYS_mkdir (-1)
#endif
#ifndef SYS_lseek
#define SYS_lseek (-1)
#endif
#ifndef SYS__llseek
#define SYS__llseek (-1)
#endif
#ifndef SYS_fstatfs
#define SYS_fstatfs (-1)
#endif
#ifndef SYS_fstat
#define SYS_fstat (-1)
#endif
#ifndef SYS_statx
#define SYS_statx (-1)
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat (-1)
#endif
#ifndef SYS_memfd_create
#define SYS_memfd_create (-1)
#endif
#ifndef SYS_timerfd_settime
#define SYS_timerfd_settime (-1)
#endif
#ifndef SYS_getsid
#define SYS_getsid (-1)
#endif
#ifndef SYS_readlink
#define SYS_readlink (-1)
#endif
#ifndef SYS_vfork
#define SYS_vfork (-1)
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open (-1)
#endif
#ifndef SYS_statfs
#define SYS_statfs (-1)
#endif
#ifndef SYS_timerfd_create
#define SYS_timerfd_create (-1)
#endif
#ifndef SYS_close_range
#define SYS_close_range (-1)
#endif
#ifndef SYS_syslog
#define SYS_syslog (-1)
#endif
#ifndef SYS_flock
#define SYS_flock (-1)
#endif

// NOLINTEND(readability-identifier-naming)

#endif
