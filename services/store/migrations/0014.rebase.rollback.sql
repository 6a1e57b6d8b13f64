drop table rebase_withdrawal;
drop table rebase;
drop function rebase_refuse;
