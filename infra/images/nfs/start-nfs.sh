#!/bin/sh
# Version 3 registers itself with rpcbind, and does not start without.
mkdir -p /run/ganesha /run/rpcbind /run/sendsigs.omit.d
rpcbind -w || rpcbind
exec ganesha.nfsd -F -L /dev/stderr -f /etc/ganesha/ganesha.conf -p /run/ganesha/pid
